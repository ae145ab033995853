namespace Reelay.Providers;

/// <summary>Reads bodies that have a size nobody vouches for.</summary>
internal static class BoundedBody
{
    /// <summary>Reads the whole body.</summary>
    /// <exception cref="IOException">It is larger than the bound, or broke off.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > maxBytes)
            throw new IOException($"the answer announces {announced} bytes, more than the {maxBytes} that are read");
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream((int)(announced ?? 4096));
        var piece = new byte[16 * 1024];
        while (await stream.ReadAsync(piece, cancellationToken) is > 0 and var count)
        {
            if (buffer.Length + count > maxBytes)
                throw new IOException($"the answer is larger than the {maxBytes} bytes that are read");
            buffer.Write(piece, 0, count);
        }

        if (announced > buffer.Length)
            throw new IOException($"the answer broke off after {buffer.Length} of {announced} bytes");
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }
}
