using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Links that lead to nothing a model can use: the task ends, the caller learns why, and pays nothing.</summary>
public sealed class InputFailureTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(410)]
    [InlineData(400)]
    [InlineData(206)]
    public async Task A_refusal_ends_it_at_the_first_try(int status)
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", status);

        var error = await FailAsync(host, host.Task("a"));

        Assert.Equal($"The reference image 1 at 127.0.0.1 could not be fetched: {status}.", error.Message);
        Assert.Single(host.Asked);
    }

    [Fact]
    public async Task The_first_refusal_ends_it_though_other_links_are_still_being_read()
    {
        await using var host = await CallerHost.StartAsync();
        var (begun, broken) = host.ServeEndless("endless");
        host.Serve("good", 200).Serve("bad", async (context, _) =>
        {
            await begun;
            context.Response.StatusCode = 404;
        });

        var error = await FailAsync(host, CallerHost.Task([host.Link("endless"), host.Link("good"), host.Link("bad")]), CallerHost.Patient);

        await broken;
        Assert.StartsWith("The reference image 3 at", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task What_may_pass_is_tried_a_bounded_number_of_times(int status)
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", status);

        var error = await FailAsync(host, host.Task("a", MediaRole.LastFrame), new() { MaxInputFetchCount = 2 });

        Assert.Equal($"The last frame at 127.0.0.1 could not be fetched: {status} (2 tries).", error.Message);
        Assert.Equal(2, host.Asked.Count);
    }

    [Fact]
    public async Task Tries_end_with_their_time_too()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", 503);

        await FailAsync(host, host.Task("a"), new() { InputRetrySeconds = 1 });

        // The second pause would end after the time is over.
        Assert.InRange(host.Asked.Count, 1, 2);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_or_breaks_off_is_tried_again_and_named()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", async (context, _) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync(CallerHost.Png());
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        var error = await FailAsync(host, host.Task("a"), new() { MaxInputFetchCount = 2 });

        Assert.Matches(@"^The reference image 1 at 127\.0\.0\.1 could not be fetched: the connection (broke off|failed) \(2 tries\)\.$", error.Message);
        Assert.Equal(2, host.Asked.Count);
    }

    [Fact]
    public async Task A_redirect_is_followed_to_a_host_that_is_allowed_and_to_no_other()
    {
        await using var host = await CallerHost.StartAsync();
        await using var inside = await LoopbackServer.StartAsync(context => context.Response.Body.WriteAsync(CallerHost.Png()).AsTask());
        host.Serve("there", 200);
        host.Serve("moved", (context, _) => Redirect(context, new Uri(host.Url, "there")));
        host.Serve("inside", (context, _) => Redirect(context, new Uri(inside.Url, "secret")));

        var error = await FailAsync(host, CallerHost.Task([host.Link("moved"), host.Link("inside")]));

        Assert.Equal("The reference image 2 at 127.0.0.1 could not be fetched: it leads to an address that is not public.", error.Message);
        Assert.Equal(0, inside.RequestCount);
        await using var world = await EngineWorld.StartAsync(_upstream, callerHosts: [host.Url]);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(await world.OrderAsync(host.Task("moved")))).Task.Phase);
    }

    [Theory]
    [InlineData("http://10.0.0.1/a.png", " at 10.0.0.1 could not be fetched: it leads to an address that is not public.")]
    [InlineData("http://127.0.0.1:1/a.png", " at 127.0.0.1 could not be fetched: it leads to an address that is not public.")]
    [InlineData("http://user:word@cdn.example/a.png", " at cdn.example could not be fetched: this address cannot be fetched.")]
    [InlineData("ftp://cdn.example/a.png", " at cdn.example could not be fetched: this address cannot be fetched.")]
    [InlineData("no address", " could not be fetched: this address cannot be fetched.")]
    [InlineData(null, " could not be fetched: this address cannot be fetched.")]
    public async Task An_address_that_nobody_may_open_is_refused_at_once(string? url, string words)
    {
        await using var host = await CallerHost.StartAsync();
        var error = await FailAsync(host, CallerHost.Task([new OrderMedia(MediaRole.FirstFrame, "", "", 0, "") { Url = url }]));
        Assert.Equal("The first frame" + words, error.Message);
    }

    [Theory]
    [InlineData(MediaRole.ReferenceVideo, "The reference video 1 at 127.0.0.1 cannot be used: it is image/png; allowed are video/*.")]
    [InlineData(MediaRole.ReferenceAudio, "The reference audio 1 at 127.0.0.1 cannot be used: it is image/png; allowed are audio/*.")]
    [InlineData(MediaRole.SourceVideo, "The source video at 127.0.0.1 cannot be used: it is image/png; allowed are video/*.")]
    public async Task A_file_of_another_kind_is_refused_whatever_its_host_says_of_it(MediaRole role, string message)
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("clip.mp4", (context, _) =>
        {
            context.Response.ContentType = "video/mp4";
            return context.Response.Body.WriteAsync(CallerHost.Png()).AsTask();
        });
        Assert.Equal(message, (await FailAsync(host, host.Task("clip.mp4", role))).Message);
    }

    [Fact]
    public async Task Where_the_model_lists_types_only_those_are_taken()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a.gif", (byte[])[.. "GIF89a"u8, 0x20, 0x03, 0x58, 0x02, 0, 0, 0]);
        Assert.Equal(
            "The first frame at 127.0.0.1 cannot be used: it is image/gif; allowed are image/png, image/jpeg, image/webp.",
            (await FailAsync(host, host.Task("a.gif", MediaRole.FirstFrame))).Message);

        await using var world = await EngineWorld.StartAsync(_upstream, callerHosts: [host.Url]);
        var unlisted = await world.FinishAsync(await world.OrderAsync(host.Task("a.gif")));
        Assert.Equal((TaskPhase.Completed, "image/gif"), (unlisted.Task.Phase, Assert.Single(unlisted.Inputs).ContentType));
    }

    [Fact]
    public async Task A_page_of_text_is_no_picture()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a.png", "<!doctype html><title>Sign in</title>"u8.ToArray());
        Assert.Equal(
            "The reference image 1 at 127.0.0.1 cannot be used: it is no picture, video or sound; allowed are image/*.",
            (await FailAsync(host, host.Task("a.png"))).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_above_the_bound_is_refused_announced_or_not(bool isAnnounced)
    {
        await using var host = await CallerHost.StartAsync();
        var bytes = (byte[])[.. CallerHost.Png(), .. new byte[2000]];
        host.Serve("big", async (context, _) =>
        {
            if (isAnnounced) context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes);
        });

        var error = await FailAsync(host, host.Task("big"), new() { MaxInputBytes = 1500 });

        Assert.Equal("The reference image 1 at 127.0.0.1 cannot be used: it has more than 1,500 bytes.", error.Message);
        await using var world = await EngineWorld.StartAsync(_upstream, options: new() { MaxInputBytes = bytes.Length }, callerHosts: [host.Url]);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(await world.OrderAsync(host.Task("big")))).Task.Phase);
    }

    [Fact]
    public async Task A_picture_with_too_many_pixels_is_refused_and_one_at_the_bound_is_taken()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("wide", CallerHost.Png(1001, 10)).Serve("high", CallerHost.Png(10, 1001)).Serve("right", CallerHost.Png(1000, 1000));
        host.Serve("broken", [.. CallerHost.Png().AsSpan(0, 18)]);
        var options = new EngineOptions { MaxInputSidePixels = 1000 };

        Assert.EndsWith("it has 1001x10 pixels, more than 1000 to a side.", (await FailAsync(host, host.Task("wide"), options)).Message, StringComparison.Ordinal);
        Assert.EndsWith("it has 10x1001 pixels, more than 1000 to a side.", (await FailAsync(host, host.Task("high"), options)).Message, StringComparison.Ordinal);
        Assert.EndsWith("its width and height cannot be read.", (await FailAsync(host, host.Task("broken"), options)).Message, StringComparison.Ordinal);
        await using var world = await EngineWorld.StartAsync(_upstream, options: options, callerHosts: [host.Url]);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(await world.OrderAsync(host.Task("right")))).Task.Phase);
    }

    private static Task Redirect(HttpContext context, Uri target)
    {
        context.Response.Redirect(target.AbsoluteUri);
        return Task.CompletedTask;
    }

    private async Task<TaskError> FailAsync(CallerHost host, GenerationTask task, EngineOptions? options = null)
    {
        await using var world = await EngineWorld.StartAsync(_upstream, options: options, callerHosts: [host.Url]);
        var found = await world.FinishAsync(await world.OrderAsync(task));
        await EngineWorld.UntilAsync(() => world.Engine.Find(task.Id) is null);

        Assert.Equal((TaskPhase.Failed, "reference_unavailable"), (found.Task.Phase, found.Task.Error!.Code));
        Assert.DoesNotContain("secret", found.Task.Error.Message, StringComparison.Ordinal);
        Assert.Empty(found.Inputs);
        Assert.Empty(_upstream.Calls);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        Assert.Empty(Directory.GetFiles(world.AssetFolder, "*", SearchOption.AllDirectories));
        return found.Task.Error;
    }
}
