using System.Net;
using System.Net.Sockets;
using System.Text;
using Reelay.Server.Assets.Fetching;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class FetchBoundsTests
{
    private const string Media = "http://media.test/clip.mp4";

    private static readonly FetchBounds Bounds = new(1_000)
    {
        MaxTotalTime = TimeSpan.FromSeconds(60),
        MaxHeaderTime = TimeSpan.FromSeconds(10),
        MaxIdleTime = TimeSpan.FromSeconds(5),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_announced_too_large_is_refused_before_it_is_read()
    {
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentLength = 1_001;
            return context.Response.StartAsync();
        });
        using var world = World(internet);

        var failure = await Assert.ThrowsAsync<FetchException>(
            () => world.OpenAsync(Media, bounds: Bounds, cancellationToken: Cancellation));

        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
    }

    [Theory]
    [InlineData(999, true)]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    [InlineData(500_000, false)]
    public async Task A_body_without_announced_length_is_bounded_while_it_is_read(int size, bool isFine)
    {
        await using var internet = await LoopbackServer.StartAsync(context => context.Response.Body.WriteAsync(new byte[size]).AsTask());
        using var world = World(internet);

        if (isFine)
            Assert.Equal(size, (await world.ReadAsync(Media, bounds: Bounds)).Length);
        else
            Assert.Equal(FetchFailure.TooLarge, (await world.FailAsync(Media, bounds: Bounds)).Failure);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", nameof(FetchFailure.Truncated))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n", nameof(FetchFailure.Truncated))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", nameof(FetchFailure.Truncated))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", nameof(FetchFailure.Truncated))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx", nameof(FetchFailure.Encoded))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", nameof(FetchFailure.Truncated))]
    [InlineData("", nameof(FetchFailure.Truncated))]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", nameof(FetchFailure.Transport))]
    public async Task An_answer_that_is_not_whole_never_ends_quietly(string answer, string failureName)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var serving = AnswerAsync(listener, answer, over.Token);
        var origin = new WebOrigin("http", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        using var world = new FetchWorld();

        var failure = await world.FailAsync(origin + "/", new FetchTrust.UpstreamResult(origin), Bounds);

        Assert.Equal(failureName, failure.Failure.ToString());
        Assert.IsAssignableFrom<IOException>(failure);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_after_the_header_time()
    {
        await using var stall = new Stall();
        await using var internet = await LoopbackServer.StartAsync(context => stall.WaitAsync());
        using var world = World(internet);
        var opening = world.OpenAsync(Media, bounds: Bounds, cancellationToken: Cancellation);
        await stall.Reached.Task.WaitAsync(Cancellation);

        world.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(opening.IsCompleted);
        world.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(FetchFailure.TimedOut, (await Assert.ThrowsAsync<FetchException>(() => opening)).Failure);
        Assert.Equal(0, world.Time.WaitingTimers);
    }

    [Fact]
    public async Task A_body_that_stops_flowing_is_given_up_after_the_idle_time()
    {
        await using var stall = new Stall();
        await using var internet = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            await stall.WaitAsync();
        });
        using var world = World(internet);
        await using var content = await world.OpenAsync(Media, bounds: Bounds, cancellationToken: Cancellation);
        await content.Stream.ReadExactlyAsync(new byte[10], Cancellation);

        // A pause of the reader is not the sender's fault.
        world.Time.Advance(TimeSpan.FromSeconds(20));
        var reading = content.Stream.ReadAsync(new byte[10], Cancellation).AsTask();
        world.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(reading.IsCompleted);
        world.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(FetchFailure.TimedOut, (await Assert.ThrowsAsync<FetchException>(() => reading)).Failure);
    }

    [Fact]
    public async Task A_body_that_trickles_for_ever_is_given_up_after_the_total_time()
    {
        using var next = new SemaphoreSlim(0);
        await using var internet = await LoopbackServer.StartAsync(async context =>
        {
            while (true)
            {
                await next.WaitAsync(context.RequestAborted);
                await context.Response.Body.WriteAsync(new byte[1], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        });
        using var world = World(internet);
        next.Release();
        await using var content = await world.OpenAsync(Media, bounds: Bounds, cancellationToken: Cancellation);
        await content.Stream.ReadExactlyAsync(new byte[1], Cancellation);
        for (var second = 0; second < 56; second += 4)
        {
            var read = content.Stream.ReadAsync(new byte[1], Cancellation);
            world.Time.Advance(TimeSpan.FromSeconds(4));
            next.Release();
            Assert.Equal(1, await read);
        }

        var last = content.Stream.ReadAsync(new byte[1], Cancellation).AsTask();
        world.Time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(FetchFailure.TimedOut, (await Assert.ThrowsAsync<FetchException>(() => last)).Failure);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_cancelled_not_timed_out()
    {
        await using var stall = new Stall();
        await using var internet = await LoopbackServer.StartAsync(context => stall.WaitAsync());
        using var world = World(internet);
        using var cancellation = new CancellationTokenSource();
        var opening = world.OpenAsync(Media, bounds: Bounds, cancellationToken: cancellation.Token);
        await stall.Reached.Task.WaitAsync(Cancellation);

        await cancellation.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task A_download_left_early_closes_its_connection()
    {
        var aborted = new TaskCompletionSource();
        await using var internet = await LoopbackServer.StartAsync(async context =>
        {
            context.RequestAborted.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), aborted);
            context.Response.ContentLength = 1_000;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            await aborted.Task;
        });
        using var world = World(internet);

        await (await world.OpenAsync(Media, bounds: Bounds, cancellationToken: Cancellation)).DisposeAsync();

        await aborted.Task.WaitAsync(Cancellation);
        Assert.Equal(0, world.Time.WaitingTimers);
    }

    private static FetchWorld World(LoopbackServer internet) => new FetchWorld(internet).Name("media.test", FetchWorld.PublicAddressText);

    // More than one connection, because the framework asks again when one ends without a single byte.
    private static async Task AnswerAsync(TcpListener listener, string answer, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(cancellationToken);
            _ = await client.GetStream().ReadAsync(new byte[4_096], cancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
            client.Client.Shutdown(SocketShutdown.Send);
        }
    }

    /// <summary>A handler that waits until its test is over.</summary>
    private sealed class Stall : IAsyncDisposable
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task WaitAsync()
        {
            Reached.TrySetResult();
            return _over.Task;
        }

        public ValueTask DisposeAsync()
        {
            _over.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
