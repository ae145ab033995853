using System.Net;
using System.Net.Sockets;
using Reelay.Server.Assets.Fetching;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>
/// A small internet: names resolve by a table, and every public address leads to one real server on loopback. What was dialled is recorded;
/// a blocked address that gets as far as the dialler is connected for real, so that a canary would be reached.
/// </summary>
internal sealed class FetchWorld : IDisposable
{
    public const string PublicAddressText = "93.184.216.34";

    private readonly OutboundHttp _http;
    private readonly Dictionary<string, Func<IPAddress[]>> _names = new(StringComparer.OrdinalIgnoreCase);

    public FetchWorld(LoopbackServer? internet = null, FetcherOptions? options = null)
    {
        options ??= new FetcherOptions();
        var dialer = new CheckedDialer(Time, options.MaxConnectTime)
        {
            ResolveAsync = (host, _) => Task.FromResult(Resolve(host)),
            DialAsync = (address, ct) => DialAsync(address, internet, ct),
        };
        _http = new OutboundHttp(options, dialer);
        Fetcher = new MediaFetcher(_http, options, Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public MediaFetcher Fetcher { get; }

    public OutboundHttp Http => _http;

    /// <summary>A public address at which nobody answers, or null.</summary>
    public IPAddress? DeadAddress { get; init; }

    public List<IPEndPoint> Dialled { get; } = [];

    /// <summary>Names asked of the resolver.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Gives a name its addresses: a new answer at each question, the last one for ever.</summary>
    public FetchWorld Name(string host, params string[] answers)
    {
        var next = 0;
        _names[host] = () => [.. answers[Math.Min(next++, answers.Length - 1)].Split(' ').Select(IPAddress.Parse)];
        return this;
    }

    public Task<FetchedContent> OpenAsync(
        string url, FetchTrust? trust = null, FetchBounds? bounds = null, CancellationToken cancellationToken = default) =>
        Fetcher.OpenAsync(new Uri(url), trust ?? new FetchTrust.CallerUrl(), bounds ?? new FetchBounds(1_000_000), cancellationToken);

    /// <summary>Fetches a body whole.</summary>
    public async Task<byte[]> ReadAsync(string url, FetchTrust? trust = null, FetchBounds? bounds = null)
    {
        await using var content = await OpenAsync(url, trust, bounds, TestContext.Current.CancellationToken);
        using var copy = new MemoryStream();
        await content.Stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
        return copy.ToArray();
    }

    public async Task<FetchException> FailAsync(string url, FetchTrust? trust = null, FetchBounds? bounds = null) =>
        await Assert.ThrowsAsync<FetchException>(() => ReadAsync(url, trust, bounds));

    public void Dispose() => _http.Dispose();

    private IPAddress[] Resolve(string host)
    {
        Asked.Add(host);
        return _names.TryGetValue(host, out var answer) ? answer() : throw new SocketException((int)SocketError.HostNotFound);
    }

    private async ValueTask<Stream> DialAsync(IPEndPoint address, LoopbackServer? internet, CancellationToken cancellationToken)
    {
        Dialled.Add(address);
        var isPublic = PublicAddress.IsPublic(address.Address);
        var isDead = isPublic && (internet is null || address.Address.Equals(DeadAddress));
        if (isDead) throw new SocketException((int)SocketError.NetworkUnreachable);
        var target = isPublic ? new IPEndPoint(IPAddress.Loopback, internet!.Url.Port) : address;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
