using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Reelay.Tests.Support;

namespace Reelay.Tests.Webhooks;

/// <summary>Two hundred ends at once, of which some go to receivers that are dead or slow.</summary>
public sealed class BurstTests
{
    private const int HealthyReceivers = 4;
    private const int PerHealthy = 40;
    private const int PerSick = 20;

    [Fact]
    public async Task Healthy_receivers_are_told_everything_while_a_dead_and_a_slow_one_keep_their_callers_waiting()
    {
        var got = new ConcurrentDictionary<string, int>();
        var posts = 0;
        var healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = await LoopbackServer.StartAsync(async context =>
        {
            Interlocked.Increment(ref posts);
            await context.Request.Body.CopyToAsync(Stream.Null);
            got.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
        });
        await using var slow = await LoopbackServer.StartAsync(context => healed.Task.WaitAsync(context.RequestAborted));
        using var dead = new ClosedPort();
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Webhooks:AllowOrigins"] = $"{Origin(receiver.Url)} {Origin(slow.Url)} {Origin(dead.Url)}",
            ["Reelay:Webhooks:TimeoutSeconds"] = "60",
            ["Reelay:Webhooks:FirstRetrySeconds"] = "0.5",
            ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0",
        });
        var urls = Enumerable.Range(0, HealthyReceivers).SelectMany(n => Enumerable.Repeat($"{receiver.Url}{n}", PerHealthy))
            .Concat(Enumerable.Repeat(slow.Url.ToString(), PerSick)).Concat(Enumerable.Repeat(dead.Url.ToString(), PerSick)).ToList();
        Assert.Equal(200, urls.Count);
        var orders = await Task.WhenAll(urls.Select(url => gateway.OrderAsync(body: new { prompt = "x", callback_url = url })));

        // They all wait for a channel, so that they can all be ended at once.
        await Task.WhenAll(orders.Select(id => gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel")));
        await UntilAsync(gateway, "SELECT count(*) FROM deliveries", 200);
        var ended = Stopwatch.GetTimestamp();
        while (got.Values.Sum() < HealthyReceivers * PerHealthy) await GatewayHost.PauseAsync();
        var drained = Stopwatch.GetElapsedTime(ended);

        // The slow one has not answered anything yet, and nobody waited for it.
        Assert.Equal(HealthyReceivers * PerHealthy, posts);
        Assert.InRange(slow.RequestCount, 0, 8);
        var (slowBefore, triesBefore) = (slow.RequestCount, TriesOf(gateway, dead.Url));
        healed.SetResult();
        await UntilAsync(gateway, "SELECT count(*) FROM deliveries WHERE outcome = 'delivered'", 200 - PerSick);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{HealthyReceivers * PerHealthy} deliveries to healthy receivers were taken {drained.TotalSeconds:F2} s after the last of 200 tasks had ended, with {posts} POSTs "
            + $"(from a task's end to its POST: {LatencyOf(gateway, receiver.Url, "avg")} ms on average, {LatencyOf(gateway, receiver.Url, "max")} ms at most); "
            + $"meanwhile {slowBefore} POSTs to the slow one (answering nothing) and {triesBefore} tries at the dead one for {PerSick} deliveries each."));
    }

    private static long TriesOf(GatewayHost gateway, Uri url) => gateway.Database(database => Reelay.Server.Storage.SqlMapper.Scalar<long>(
        database, "SELECT coalesce(sum(attempt_count), 0) FROM deliveries WHERE url = @url", ("@url", url.ToString())));

    private static long LatencyOf(GatewayHost gateway, Uri url, string of) => gateway.Database(database => Reelay.Server.Storage.SqlMapper.Scalar<long>(
        database,
        $"SELECT CAST({of}(a.started_at - d.created_at) AS INTEGER) FROM deliveries d JOIN delivery_attempts a ON a.delivery_id = d.id WHERE d.url LIKE @url || '%'",
        ("@url", url.ToString())));

    private static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private static async Task UntilAsync(GatewayHost gateway, string sql, long count)
    {
        while (gateway.Database(database => Reelay.Server.Storage.SqlMapper.Scalar<long>(database, sql)) < count) await GatewayHost.PauseAsync();
    }

    /// <summary>A port that is taken and at which nobody listens.</summary>
    private sealed class ClosedPort : IDisposable
    {
        private readonly System.Net.Sockets.Socket _socket = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);

        public ClosedPort() => _socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));

        public Uri Url => new($"http://127.0.0.1:{((System.Net.IPEndPoint)_socket.LocalEndPoint!).Port}/");

        public void Dispose() => _socket.Dispose();
    }
}
