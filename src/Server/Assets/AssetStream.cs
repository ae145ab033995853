using Reelay.Server.Storage;

namespace Reelay.Server.Assets;

/// <summary>A stored file as a stream, for those who read it from beginning to end. Owns its reader.</summary>
internal sealed class AssetStream(IAssetReader reader) : ForwardStream
{
    private long _offset;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await reader.ReadAsync(buffer, _offset, cancellationToken);
        _offset += read;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
