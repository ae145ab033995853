using System.Net;
using System.Net.Sockets;

namespace Reelay.Tests.Hardening;

/// <summary>Listens on loopback, at every local address of one port, and counts who comes: nobody may.</summary>
internal sealed class Canary : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Task _loop;
    private int _count;

    public Canary()
    {
        _listener = Socket.OSSupportsIPv6 ? TcpListener.Create(0) : new TcpListener(IPAddress.Any, 0);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far, those included that wait to be taken.</summary>
    public int Count => Volatile.Read(ref _count) + (_listener.Pending() ? 1 : 0);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _count);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }
}
