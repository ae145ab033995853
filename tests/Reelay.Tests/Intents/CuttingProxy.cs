using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Reelay.Tests.Intents;

/// <summary>What the proxy does to the first create that passes it.</summary>
public enum Cut
{
    /// <summary>The caller's connection is reset after its headers; nothing goes on.</summary>
    BeforeBody,

    /// <summary>The answer is read and thrown away, and the caller's connection reset.</summary>
    Reply,

    /// <summary>503 from between, nothing goes on.</summary>
    Refused,

    /// <summary>The answer is read, the server killed and started again, the caller's connection reset.</summary>
    KillAfterCommit,

    /// <summary>The answer is kept back until the caller gives up.</summary>
    LateReply,

    /// <summary>All but the last bytes go on; the rest follows after the caller's retry has been answered.</summary>
    HeldBody,
}

/// <summary>Stands between a client and the gateway on one connection per request, and spoils the first create of each run.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _target;
    private readonly Func<Task> _kill;
    private readonly Task _loop;
    private readonly TaskCompletionSource _retryAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _spoiled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _createCount;

    public CuttingProxy(Uri target, Cut cut, Func<Task> kill)
    {
        (_target, Cut, _kill) = (target, cut, kill);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public Cut Cut { get; }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Creates that came by.</summary>
    public int CreateCount => Volatile.Read(ref _createCount);

    /// <summary>Kept when the spoiled exchange is over on both sides.</summary>
    public Task Spoiled => _spoiled.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var all = new List<Task>();
        try
        {
            while (true) all.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(all);
        }
    }

    // One request for each connection: both sides are told so, which keeps what passes easy to follow.
    private async Task ServeAsync(Socket caller)
    {
        using var _ = caller;
        try
        {
            var (head, body) = await ReadHeadAsync(caller);
            if (head.Length == 0) return;
            var isCreate = head.StartsWith("POST ", StringComparison.Ordinal);
            var number = isCreate ? Interlocked.Increment(ref _createCount) : 0;
            if (number == 1) await SpoilAsync(caller, head, body);
            else await PassAsync(caller, head, body);
            if (number > 1) _retryAnswered.TrySetResult();
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // One of the two went; so does this connection.
        }
    }

    private async Task SpoilAsync(Socket caller, string head, byte[] body)
    {
        try
        {
            switch (Cut)
            {
                case Cut.BeforeBody:
                    break;
                case Cut.Refused:
                    await ReadBodyAsync(caller, head, body);
                    await caller.SendAsync("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
                    caller.Shutdown(SocketShutdown.Send);
                    return;
                case Cut.HeldBody:
                    await HoldAsync(caller, head, body);
                    break;
                default:
                    using (var server = await SendOnAsync(head, await ReadBodyAsync(caller, head, body)))
                    {
                        await ReadAllAsync(server);
                        if (Cut == Cut.KillAfterCommit) await _kill();
                        if (Cut == Cut.LateReply) await GoneAsync(caller);
                    }

                    break;
            }

            Reset(caller);
        }
        finally
        {
            _spoiled.TrySetResult();
        }
    }

    // The rest of the first try arrives when its retry has its answer already.
    private async Task HoldAsync(Socket caller, string head, byte[] body)
    {
        var whole = await ReadBodyAsync(caller, head, body);
        using var server = await ConnectAsync();
        await server.SendAsync(Encoding.ASCII.GetBytes(Closing(head)), _stop.Token);
        await server.SendAsync(whole.AsMemory(0, whole.Length - 1), _stop.Token);
        await GoneAsync(caller);
        await _retryAnswered.Task.WaitAsync(_stop.Token);
        await server.SendAsync(whole.AsMemory(whole.Length - 1), _stop.Token);
        await ReadAllAsync(server);
    }

    private async Task PassAsync(Socket caller, string head, byte[] body)
    {
        using var server = await SendOnAsync(head, await ReadBodyAsync(caller, head, body));
        await caller.SendAsync(await ReadAllAsync(server), _stop.Token);
        caller.Shutdown(SocketShutdown.Send);
    }

    private async Task<Socket> SendOnAsync(string head, byte[] body)
    {
        var server = await ConnectAsync();
        await server.SendAsync(Encoding.ASCII.GetBytes(Closing(head)), _stop.Token);
        await server.SendAsync(body, _stop.Token);
        return server;
    }

    private async Task<Socket> ConnectAsync()
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
        return server;
    }

    private async Task<(string Head, byte[] Begun)> ReadHeadAsync(Socket socket)
    {
        var read = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer, _stop.Token);
            if (count == 0) return ("", []);
            read.AddRange(buffer.AsSpan(0, count));
            var all = read.ToArray();
            var end = all.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end >= 0) return (Encoding.ASCII.GetString(all, 0, end + 4), all[(end + 4)..]);
        }
    }

    private async Task<byte[]> ReadBodyAsync(Socket caller, string head, byte[] begun)
    {
        if (head.Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase)) await caller.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
        var body = new List<byte>(begun);
        var buffer = new byte[4096];
        var isChunked = head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        var length = isChunked ? int.MaxValue : Length(head);
        while (isChunked ? !body.TakeLast(5).SequenceEqual("0\r\n\r\n"u8.ToArray()) : body.Count < length)
        {
            var count = await caller.ReceiveAsync(buffer, _stop.Token);
            if (count == 0) throw new IOException("The caller went.");
            body.AddRange(buffer.AsSpan(0, count));
        }

        return [.. body];
    }

    private async Task<byte[]> ReadAllAsync(Socket server)
    {
        var all = new List<byte>();
        var buffer = new byte[16384];
        int count;
        while ((count = await server.ReceiveAsync(buffer, _stop.Token)) > 0) all.AddRange(buffer.AsSpan(0, count));
        return [.. all];
    }

    private async Task GoneAsync(Socket caller)
    {
        var buffer = new byte[1];
        try
        {
            while (await caller.ReceiveAsync(buffer, _stop.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Gone with a reset.
        }
    }

    private static int Length(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan("Content-Length:".Length).Trim());
    }

    private static string Closing(string head)
    {
        var lines = head.Split("\r\n").Where(line => !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("Expect:", StringComparison.OrdinalIgnoreCase)).ToList();
        lines.Insert(1, "Connection: close");
        return string.Join("\r\n", lines);
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }
}
