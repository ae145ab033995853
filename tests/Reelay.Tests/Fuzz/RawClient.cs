using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Reelay.Tests.Fuzz;

/// <summary>An answer as it came.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Headers by name; repeated ones with a comma between.</param>
/// <param name="Body">The body without its framing; of an event stream the beginning, up to the first event.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Text => Encoding.UTF8.GetString(Body);

    public override string ToString()
    {
        var body = Body.Contains((byte)0) ? $"{Body.Length} bytes" : Text.Length <= 2000 ? Text : Text[..2000];
        return $"{Status}\n{string.Join('\n', Headers.Select(header => $"{header.Key}: {header.Value}"))}\n\n{body}";
    }
}

/// <summary>Sends bytes as they are, right or wrong, over one connection of its own, and reads one answer.</summary>
internal static class RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends a message.</summary>
    /// <param name="port">Where the server listens on this machine.</param>
    /// <param name="message">Everything, in the pieces in which it shall leave.</param>
    /// <param name="hasBody">Whether an answer to it has a body; not to HEAD.</param>
    /// <param name="endsSending">Whether our side of the connection ends with the message.</param>
    /// <returns>Null if the server closed the connection without an answer.</returns>
    public static async Task<RawAnswer?> SendAsync(int port, IEnumerable<byte[]> message, bool hasBody = true, bool endsSending = false)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, TestContext.Current.CancellationToken);
        using var socket = new TcpClient { NoDelay = true };
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, either.Token);
            await using var stream = socket.GetStream();
            await SendAsync(stream, message, either.Token);
            if (endsSending) socket.Client.Shutdown(SocketShutdown.Send);
            return await ReadAsync(stream, hasBody, either.Token);
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException("The server neither answered nor closed the connection.");
        }
    }

    // A server that has heard enough closes its side; what it said before that is still there to be read.
    private static async Task SendAsync(NetworkStream stream, IEnumerable<byte[]> message, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var piece in message) await stream.WriteAsync(piece, cancellationToken);
        }
        catch (IOException)
        {
            // Read on.
        }
    }

    private static async Task<RawAnswer?> ReadAsync(NetworkStream stream, bool hasBody, CancellationToken cancellationToken)
    {
        var read = new Incoming(stream, cancellationToken);
        while (true)
        {
            if (await read.LineAsync() is not { Length: > 0 } first) return null;
            var status = int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture);
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await read.LineAsync() is { Length: > 0 } line)
            {
                var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
                headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
            }

            if (status is >= 100 and < 200) continue;
            return new RawAnswer(status, headers, hasBody && status != 304 ? await BodyAsync(read, headers) : []);
        }
    }

    private static async Task<byte[]> BodyAsync(Incoming read, Dictionary<string, string> headers)
    {
        if (headers.TryGetValue("Content-Length", out var length)) return await read.BytesAsync(int.Parse(length, CultureInfo.InvariantCulture));
        using var body = new MemoryStream();
        var isStream = headers.GetValueOrDefault("Content-Type") == "text/event-stream";
        while (headers.ContainsKey("Transfer-Encoding") && await read.LineAsync() is { Length: > 0 } size)
        {
            var count = int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await read.BytesAsync(count));
            await read.LineAsync();
            var hasEvent = isStream && Encoding.UTF8.GetString(body.ToArray()) is var text && text.Contains("data:") && text.EndsWith("\n\n", StringComparison.Ordinal);
            if (count == 0 || hasEvent) break;
        }

        return body.ToArray();
    }

    private sealed class Incoming(NetworkStream stream, CancellationToken cancellationToken)
    {
        private readonly byte[] _buffer = new byte[16 * 1024];
        private int _start;
        private int _end;

        /// <summary>A line without its end; null when the connection is closed before it.</summary>
        public async Task<string?> LineAsync()
        {
            var line = new StringBuilder();
            while (_start < _end || await FillAsync())
            {
                var character = (char)_buffer[_start++];
                if (character == '\n') return line.ToString().TrimEnd('\r');
                line.Append(character);
            }

            return line.Length == 0 ? null : line.ToString();
        }

        public async Task<byte[]> BytesAsync(int count)
        {
            var bytes = new byte[count];
            for (var filled = 0; filled < count;)
            {
                if (_start == _end && !await FillAsync()) return bytes[..filled];
                var piece = Math.Min(count - filled, _end - _start);
                _buffer.AsSpan(_start, piece).CopyTo(bytes.AsSpan(filled));
                (filled, _start) = (filled + piece, _start + piece);
            }

            return bytes;
        }

        private async Task<bool> FillAsync()
        {
            (_start, _end) = (0, await stream.ReadAsync(_buffer, cancellationToken));
            return _end > 0;
        }
    }
}
