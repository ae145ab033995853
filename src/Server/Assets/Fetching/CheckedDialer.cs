using System.Net;
using System.Net.Sockets;

namespace Reelay.Server.Assets.Fetching;

/// <summary>
/// Opens connections. The address that is checked is the address that is dialled: the name is resolved once, here, so a name that answers
/// differently the next time gains nothing.
/// </summary>
internal sealed class CheckedDialer(TimeProvider time, TimeSpan maxConnectTime)
{
    private const int MaxAddresses = 8;

    /// <summary>Gives the addresses of a host; the system's resolver unless a test says otherwise.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>Connects to an address; a TCP socket unless a test says otherwise.</summary>
    public Func<IPEndPoint, CancellationToken, ValueTask<Stream>> DialAsync { get; init; } = DialTcpAsync;

    /// <summary>Connects to a host if all its addresses are public.</summary>
    /// <exception cref="FetchException">A blocked address, no such name, or no connection.</exception>
    public async ValueTask<Stream> ConnectPublicAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = await FindAddressesAsync(host.Host, cancellationToken);

        // One blocked address among public ones is an attack or a mistake; neither deserves a choice between them.
        if (!Array.TrueForAll(addresses, PublicAddress.IsPublic))
            throw new FetchException(FetchFailure.BlockedAddress, $"{host.Host} is not at a public address.");
        return await ConnectAnyAsync(host, addresses, cancellationToken);
    }

    /// <summary>Connects to a host wherever it is. Only for origins that the operator named.</summary>
    /// <exception cref="FetchException">No such name, or no connection.</exception>
    public async ValueTask<Stream> ConnectExemptAsync(DnsEndPoint host, CancellationToken cancellationToken) =>
        await ConnectAnyAsync(host, await FindAddressesAsync(host.Host, cancellationToken), cancellationToken);

    private async Task<IPAddress[]> FindAddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            var found = await ResolveAsync(host, cancellationToken);
            if (found.Length > 0) return found;
        }
        catch (Exception e) when (IsUnknownName(e))
        {
            throw new FetchException(FetchFailure.NameNotFound, $"There is no host named {host}.", e);
        }

        throw new FetchException(FetchFailure.NameNotFound, $"There is no host named {host}.");
    }

    // A name that no resolver takes, too long for example, names nothing either.
    private static bool IsUnknownName(Exception exception) =>
        exception is ArgumentException or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData };

    private async ValueTask<Stream> ConnectAnyAsync(DnsEndPoint host, IPAddress[] addresses, CancellationToken cancellationToken)
    {
        // IPv4 first: in containers IPv6 often has an address and no way out, and each dead end costs its time.
        Exception? failure = null;
        foreach (var address in addresses.OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6).Take(MaxAddresses))
        {
            using var limit = new CancellationTokenSource(maxConnectTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                return await DialAsync(new IPEndPoint(address, host.Port), either.Token);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                failure = e;
            }
        }

        throw new FetchException(FetchFailure.Transport, $"No address of {host.Host} accepts a connection on port {host.Port}.", failure);
    }

    private static async ValueTask<Stream> DialTcpAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
