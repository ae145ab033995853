using Reelay.Server.Storage;

namespace Reelay.Server.Assets;

/// <summary>A stored file as a stream, for those who read it from beginning to end. Owns its reader.</summary>
internal sealed class AssetStream : ForwardStream
{
    private readonly IAssetReader _reader;
    private long _offset;

    public AssetStream(IAssetReader reader)
    {
        _reader = reader;
        reader.Expect(0, reader.LengthBytes);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _reader.ReadAsync(buffer, _offset, cancellationToken);
        _offset += read;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
