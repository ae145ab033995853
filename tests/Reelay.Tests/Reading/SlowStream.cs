namespace Reelay.Tests.Reading;

/// <summary>Gives one byte at a time, then ends or throws.</summary>
internal sealed class SlowStream(byte[] content, Exception? atEnd = null) : MemoryStream(content)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Position == Length && atEnd is not null
            ? ValueTask.FromException<int>(atEnd)
            : base.ReadAsync(buffer.Length > 1 ? buffer[..1] : buffer, cancellationToken);
}
