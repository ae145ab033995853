using System.Net;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>Kling videos that go on from earlier ones: by Kling's own id where its old models serve, else by a link to this gateway.</summary>
public sealed class KlingSourceFlowTests(KlingSourceFlowTests.World world) : IClassFixture<KlingSourceFlowTests.World>
{
    /// <summary>Real clips, since the length of what came of them is measured.</summary>
    public sealed class World : FlowWorld
    {
        private protected override SandboxOptions Sandbox => new() { Duration = 0.1, Render = RenderMode.Cached };
    }

    [Fact]
    public async Task An_extension_goes_to_the_account_that_made_its_source_and_becomes_the_whole()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var source = await world.CompleteAsync(new { model = "kling-video", model_name = "kling-v1-6", prompt = FlowWorld.Prompt() });
        Assert.Equal((1280, 720, 5m), (source.Content.Facts.WidthPixels, source.Content.Facts.HeightPixels, source.Content.Facts.DurationSeconds));

        var prompt = FlowWorld.Prompt("it goes on");
        var longer = await world.CompleteAsync(new { model = "kling-video", model_name = "kling-v1-6", mode = "extend", video_id = source.Id, prompt });
        AssertExtended(prompt, source, longer);

        // The route says the same, the model is the source's, and an extension can be extended.
        prompt = FlowWorld.Prompt("and on");
        var longest = await world.CompleteAsync(new { video = new { id = longer.Id }, prompt }, "/v1/videos/extensions");
        AssertExtended(prompt, longer, longest);
        Assert.Equal(longer.Id, longest.Video.Text("remixed_from_video_id"));
    }

    [Fact]
    public async Task A_remix_is_made_by_the_model_the_catalog_names_for_it()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var source = await world.CompleteAsync(new { model = "kling-v2-6", prompt = FlowWorld.Prompt() });
        var prompt = FlowWorld.Prompt("in winter");
        var edited = await world.CompleteAsync(new { prompt, quality = "pro" }, $"/v1/videos/{source.Id}/remix");

        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/kling/v1/videos/omni-video", sent.Url.AbsolutePath);
        Assert.Equal(("kling-v3-omni", "pro", null, null), (
            (string?)sent.Json["model_name"], (string?)sent.Json["mode"], (string?)sent.Json["duration"], (string?)sent.Json["aspect_ratio"]));
        var video = Assert.Single(sent.Json["video_list"]!.AsArray())!;
        Assert.Equal("base", (string?)video["refer_type"]);
        AssertInputLink((string)video["video_url"]!, edited.Id);
        Assert.Equal((source.Id, "edit"), (edited.Video.Text("remixed_from_video_id"), edited.Effective.Text("mode")));
        Assert.Equal((5 * 168_000, 5 * 168_000), (edited.PriceMicros, edited.SettledMicros));
    }

    [Fact]
    public async Task The_link_of_a_source_works_while_the_task_is_live_and_not_after()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var source = await world.CompleteAsync(new { model = "kling-v2-6", prompt = FlowWorld.Prompt() });
        var prompt = FlowWorld.Prompt("in winter");
        world.Freeze(true);
        var (_, order) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/edits", new { video = new { id = source.Id }, prompt, model = "kling-v3-omni" });
        while (world.Submissions(prompt).Count == 0) await GatewayHost.PauseAsync();
        var link = (string)world.Wire.Create(prompt).Json["video_list"]![0]!["video_url"]!;
        AssertInputLink(link, order.Text("id"));

        using var upstream = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal(source.Content.Bytes, await upstream.GetByteArrayAsync(link, TestContext.Current.CancellationToken));
        using var altered = await upstream.GetAsync(link.Replace("/0?", "/1?"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, altered.StatusCode);

        world.Freeze(false);
        await world.CheckAsync(await world.Gateway.FinishAsync(order.Text("id")));
        using var late = await upstream.GetAsync(link, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task What_another_model_made_cannot_be_extended_natively_and_goes_as_a_link()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var source = await world.CompleteAsync(new { model = "kling-v2-6", prompt = FlowWorld.Prompt() });
        var prompt = FlowWorld.Prompt("it goes on");
        var made = await world.CompleteAsync(new { model = "kling-v1-6", mode = "extend", video_id = source.Id, prompt, seconds = 10 });
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/kling/v1/videos/omni-video", sent.Url.AbsolutePath);
        Assert.Equal(("kling-v3-omni", "10", "feature"), (
            (string?)sent.Json["model_name"], (string?)sent.Json["duration"], (string?)sent.Json["video_list"]![0]!["refer_type"]));
        Assert.Equal(10 * 126_000, made.PriceMicros);
    }

    private void AssertExtended(string prompt, Made source, Made made)
    {
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/kling/v1/videos/video-extend", sent.Url.AbsolutePath);
        Assert.Equal(["external_task_id", "prompt", "video_id"], sent.Json.Select(field => field.Key).Order());
        Assert.Equal("9" + source.Attempt.Text("upstream_id")[1..], (string?)sent.Json["video_id"]);
        Assert.Equal(("extend", "kling-v1-6", source.Id), (made.Effective.Text("mode"), made.UpstreamModel, made.Video.Text("remixed_from_video_id")));

        var seconds = source.Content.Facts.DurationSeconds!.Value + 4.5m;
        Assert.InRange(made.Content.Facts.DurationSeconds!.Value, seconds - 0.1m, seconds + 0.1m);
        Assert.Equal($"{Math.Round(made.Content.Facts.DurationSeconds.Value, MidpointRounding.AwayFromZero):0}", made.Video.Text("seconds"));
        Assert.Equal((490_000, 490_000), (made.PriceMicros, made.SettledMicros));
    }

    private void AssertInputLink(string link, string id) => Assert.StartsWith($"{world.Url("/v1/inputs/")}{id}/0?expires=", link);
}

/// <summary>A Kling account that no longer has the old models.</summary>
public sealed class KlingWithoutOldModelsTests(KlingWithoutOldModelsTests.World world) : IClassFixture<KlingWithoutOldModelsTests.World>
{
    /// <summary>Two models alone, one slot for each at the upstream, and a public address of a gateway behind a path.</summary>
    public sealed class World : FlowWorld
    {
        private protected override Dictionary<string, string?> Settings => new()
        {
            ["Reelay:Channels:sandbox_kling:Models"] = "kling-v3,kling-v3-omni", ["Reelay:PublicUrl"] = "https://media.example/gate",
        };

        private protected override SandboxOptions Sandbox => new() { Duration = 0.1, Render = RenderMode.StandIn, MaxRunning = 1 };
    }

    [Fact]
    public async Task An_extension_by_an_old_name_is_made_by_the_omni_model_from_a_signed_link()
    {
        var source = await world.CompleteAsync(new { model = "kling-v3", prompt = FlowWorld.Prompt() });
        var prompt = FlowWorld.Prompt("it goes on");
        world.Freeze(true);
        var (_, estimate) = await world.Gateway.SendAsync(
            HttpMethod.Post, "/v1/videos/estimate", new { model = "kling-video", model_name = "kling-v1-6", mode = "extend", video_id = source.Id, prompt });
        var order = await world.Gateway.OrderAsync(body: new { model = "kling-video", model_name = "kling-v1-6", mode = "extend", video_id = source.Id, prompt });
        while (world.Submissions(prompt).Count == 0) await GatewayHost.PauseAsync();

        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/omni-video", sent.Url.AbsolutePath);
        Assert.Equal(("kling-v3-omni", "std", "5", "16:9"), (
            (string?)sent.Json["model_name"], (string?)sent.Json["mode"], (string?)sent.Json["duration"], (string?)sent.Json["aspect_ratio"]));
        var link = (string)sent.Json["video_list"]![0]!["video_url"]!;
        Assert.StartsWith($"https://media.example/gate/v1/inputs/{order}/0?expires=", link);

        // Whatever stands before this gateway takes its path prefix off.
        using var upstream = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = world.Gateway.BaseUrl };
        Assert.Equal(source.Content.Bytes, await upstream.GetByteArrayAsync(link["https://media.example/gate".Length..], TestContext.Current.CancellationToken));

        world.Freeze(false);
        var made = await world.CheckAsync(await world.Gateway.FinishAsync(order));
        Assert.Equal((5 * 126_000, estimate.GetProperty("price_micros").GetInt64()), (made.PriceMicros, made.PriceMicros));
        Assert.Equal(source.Id, made.Video.Text("remixed_from_video_id"));
    }

    [Fact]
    public async Task Other_modes_of_an_old_name_are_refused_with_those_that_can()
    {
        Assert.Equal((400, "unsupported_parameter", "mode"), await world.RefuseAsync(new { model = "kling-v1-6", prompt = "x", mode = "t2v" }));
        Assert.Equal((404, "model_not_found", "model"), await world.RefuseAsync(new { model = "kling-v2-6", prompt = "x" }));
        var (_, answer) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "kling-v2-1", prompt = "x" });
        Assert.Contains("kling-v3", answer.GetProperty("error").Text("message"));
    }

    [Fact]
    public async Task Full_slots_of_the_upstream_make_an_order_wait_and_not_fail()
    {
        var (first, second) = (FlowWorld.Prompt(), FlowWorld.Prompt());
        world.Freeze(true);
        var running = await world.Gateway.OrderAsync(body: new { model = "kling-v3", prompt = first });
        while (world.Submissions(first).Count == 0) await GatewayHost.PauseAsync();
        var waiting = await world.Gateway.OrderAsync(body: new { model = "kling-v3", prompt = second });
        while (world.Submissions(second).Count == 0) await GatewayHost.PauseAsync();
        Assert.Equal("queued", (await world.Gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + waiting)).Body.Text("status"));

        world.Freeze(false);
        Assert.Equal("completed", (await world.Gateway.FinishAsync(running)).Text("status"));
        Assert.Equal("completed", (await world.Gateway.FinishAsync(waiting)).Text("status"));
        var attempts = (await world.Gateway.AdminTaskAsync(waiting)).GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal(["completed", "not_accepted"], attempts.Select(attempt => attempt.Text("outcome")).Distinct().Order());
        Assert.Equal("RateLimited", attempts[0].Text("error_kind"));
        Assert.Contains("1303", attempts[0].Text("error_raw"));
        Assert.Single(world.Submissions(second), report => report.Row.Accepted);
        Assert.Equal(["reserve", "settle"], world.Ledger(waiting).Select(entry => entry.Kind));
    }
}
