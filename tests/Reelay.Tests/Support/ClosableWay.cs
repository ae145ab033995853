using System.Net;
using System.Net.Sockets;

namespace Reelay.Tests.Support;

/// <summary>
/// Passes connections on to a port of this machine. While it is closed nobody listens: connects are refused, and open connections are gone.
/// While it is held, connections stay and nothing comes through; what was sent arrives once it is released.
/// </summary>
internal sealed class ClosableWay : IAsyncDisposable
{
    private readonly int _target;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly List<Task> _passing = [];
    private readonly Action<ReadOnlySpan<byte>>? _seen;
    private Socket? _listener;
    private TaskCompletionSource? _hold;

    /// <summary>Begins open.</summary>
    /// <param name="target">The port it leads to.</param>
    /// <param name="seen">Told what callers sent and what came through.</param>
    public ClosableWay(int target, Action<ReadOnlySpan<byte>>? seen = null)
    {
        (_target, _seen) = (target, seen);
        Open();
    }

    /// <summary>Where it listens; the same each time.</summary>
    public int Port { get; private set; }

    public void Open()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen();
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        lock (_gate)
        {
            _listener = listener;
            _passing.Add(AcceptAsync(listener));
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            foreach (var socket in _open) socket.Dispose();
            _open.Clear();
        }

        Release();
    }

    /// <summary>From now on nothing comes through, and nobody is told.</summary>
    public void Hold() => Volatile.Write(ref _hold, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Lets everything through that was held.</summary>
    public void Release() => Interlocked.Exchange(ref _hold, null)?.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Close();
        await Task.WhenAll(_passing);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var caller = await listener.AcceptAsync();
                lock (_gate)
                {
                    if (Keep(caller, listener)) _passing.Add(ServeAsync(caller, listener));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket caller, Socket listener)
    {
        var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        caller.NoDelay = true;
        try
        {
            lock (_gate)
            {
                if (!Keep(target, listener)) return;
            }

            await target.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAll(CopyAsync(caller, target, _seen), CopyAsync(target, caller, null));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One of the two is gone; so is this connection.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(caller);
                _open.Remove(target);
            }

            Cut(caller, target);
        }
    }

    // A side that ends with a reset ends the other with one: what was cut must not look like the end of an answer.
    private async Task CopyAsync(Socket from, Socket to, Action<ReadOnlySpan<byte>>? seen)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
            {
                if (Volatile.Read(ref _hold) is { } hold) await hold.Task;
                seen?.Invoke(buffer.AsSpan(0, count));
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Cut(from, to);
            throw;
        }
    }

    private static void Cut(params ReadOnlySpan<Socket> sockets)
    {
        foreach (var socket in sockets)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Gone already.
            }

            socket.Dispose();
        }
    }

    // Under the lock. What is accepted while the way closes is not passed on.
    private bool Keep(Socket socket, Socket listener)
    {
        if (_listener == listener) return _open.Add(socket);
        socket.Dispose();
        return false;
    }
}
