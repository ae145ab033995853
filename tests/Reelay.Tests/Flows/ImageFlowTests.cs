using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>Pictures from text, from the order to the measured file and the settled price.</summary>
public sealed class ImageFlowTests(ImageFlowTests.World world) : IClassFixture<ImageFlowTests.World>
{
    /// <summary>Real pictures in their real formats.</summary>
    public sealed class World : FlowWorld
    {
        private protected override SandboxOptions Sandbox => new() { Duration = 0.1, Render = RenderMode.Cached };
    }

    [Theory]
    [InlineData("{}", "1024x1024", "1k", "medium", "image/png", 60_000)]
    [InlineData("""{"tier":"2k"}""", "2048x2048", "2k", "medium", "image/png", 150_000)]
    [InlineData("""{"quality":"2k","size":"16:9"}""", "2048x1152", "2k", "medium", "image/png", 150_000)]
    [InlineData("""{"size":"1600x1200","quality":"low"}""", "1600x1200", "2k", "low", "image/png", 25_000)]
    [InlineData("""{"size":"1024x1536","quality":"high","output_format":"jpeg"}""", "1024x1536", "1k", "high", "image/jpeg", 220_000)]
    [InlineData("""{"width":1536,"height":1024,"output_format":"webp","output_compression":80,"metadata":{"quality":"low"}}""", "1536x1024", "1k", "low", "image/webp", 10_000)]
    [InlineData("""{"tier":"4k","size":"9:16","output_format":"jpeg"}""", "2160x3840", "4k", "medium", "image/jpeg", 300_000)]
    public async Task A_picture_has_the_size_kind_and_price_that_were_ordered(
        string fields, string size, string tier, string quality, string type, long price)
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var prompt = FlowWorld.Prompt("a fox");
        var made = await world.CompleteAsync(Order("gpt-image-2", prompt, fields));

        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/openai-images/v1/images/generations", sent.Url.AbsolutePath);
        Assert.Equal(("gpt-image-2", size, quality, 1), ((string?)sent.Json["model"], (string?)sent.Json["size"], (string?)sent.Json["quality"], (int?)sent.Json["n"]));
        Assert.Equal(type == "image/png" ? null : type[6..], (string?)sent.Json["output_format"]);
        Assert.Equal(("completed", size), (world.Submission(prompt).State, $"{world.Job(prompt).Clip.WidthPixels}x{world.Job(prompt).Clip.HeightPixels}"));

        Assert.Equal((type, type), (made.Content.ContentType, made.Content.Facts.ContentType));
        Assert.Equal(size, $"{made.Content.Facts.WidthPixels}x{made.Content.Facts.HeightPixels}");
        Assert.Equal((size, tier, quality, "t2i"), (
            made.Effective.Text("size"), made.Effective.Text("tier"), made.Effective.Text("quality"), made.Effective.Text("mode")));
        Assert.False(made.Effective.TryGetProperty("seconds", out _));
        Assert.Equal("0", made.Video.Text("seconds"));
        Assert.Equal((price, price), (made.PriceMicros, made.SettledMicros));
    }

    [Fact]
    public async Task Auto_leaves_the_size_to_the_upstream_and_shows_what_came()
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(new { model = "gpt-image-2", prompt, size = "auto", quality = "auto" });

        var sent = world.Wire.Create(prompt).Json;
        Assert.Equal(("auto", "auto"), ((string?)sent["size"], (string?)sent["quality"]));
        Assert.Equal("auto", made.Video.Text("size"));
        Assert.Equal($"{made.Content.Facts.WidthPixels}x{made.Content.Facts.HeightPixels}", made.Effective.Text("size"));
        Assert.Equal(220_000, made.PriceMicros);
    }

    [Fact]
    public async Task Several_pictures_are_read_by_index_and_by_signed_links()
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(new { model = "gpt-image-2", prompt, n = 3, quality = "low", size = "1024x1536" });

        Assert.Equal(3, (int?)world.Wire.Create(prompt).Json["n"]);
        Assert.Equal((30_000, 30_000), (made.PriceMicros, made.SettledMicros));
        var outputs = made.Video.GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2], outputs.Select(output => output.GetProperty("index").GetInt32()));
        using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var index = 0; index < 3; index++)
        {
            var content = await world.DownloadAsync(made.Id, $"?index={index}");
            Assert.Equal((1024, 1536), (content.Facts.WidthPixels, content.Facts.HeightPixels));
            Assert.Equal(content.Bytes, await stranger.GetByteArrayAsync(outputs[index].Text("url"), TestContext.Current.CancellationToken));
        }

        var (status, refused) = await world.Gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{made.Id}/content?index=3");
        Assert.Equal((400, "index"), (status, refused.GetProperty("error").Text("param")));
        Assert.Single(world.Submissions(prompt));
    }

    [Fact]
    public async Task The_thumbnail_of_a_picture_is_a_picture()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var made = await world.CompleteAsync(new { model = "gpt-image-2", prompt = FlowWorld.Prompt(), quality = "low" });
        var thumbnail = await world.DownloadAsync(made.Id, "?variant=thumbnail");
        Assert.Equal(("image/webp", "image/webp"), (thumbnail.ContentType, thumbnail.Facts.ContentType));
        Assert.InRange(thumbnail.Facts.WidthPixels!.Value, 1, 1024);
    }

    [Fact]
    public async Task While_the_call_runs_the_task_is_in_progress()
    {
        world.Freeze(true);
        var id = await world.Gateway.OrderAsync(body: new { model = "gpt-image-2", prompt = FlowWorld.Prompt(), quality = "low" });
        var seen = new List<string>();
        JsonElement video;
        do
        {
            (_, video) = await world.Gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
            var status = video.Text("status");
            if (seen.LastOrDefault() != status) seen.Add(status);
            if (status == "in_progress") world.Freeze(false);
            await GatewayHost.PauseAsync();
        }
        while (seen[^1] is "queued" or "in_progress");

        Assert.Equal(["in_progress", "completed"], seen.SkipWhile(status => status == "queued"));
        await world.CheckAsync(video);
    }

    [Theory]
    [InlineData("gpt-image-2-2026-04-21", "{}", 60_000)]
    [InlineData("gpt-image-2.5-sunburst", """{"quality":"max","tier":"1k"}""", 440_000)]
    [InlineData("gpt-image-2.5-flare", """{"quality":"xhigh"}""", 330_000)]
    [InlineData("gpt-image-2.6-sunburst", """{"quality":"low","background":"transparent","output_format":"webp"}""", 10_000)]
    [InlineData("gpt-image-2.6-flare", """{"moderation":"low"}""", 60_000)]
    [InlineData("gpt-image-1.5", """{"size":"1536x1024"}""", 60_000)]
    [InlineData("gpt-image-1-mini", """{"quality":"low"}""", null)]
    [InlineData("chatgpt-image-latest", "{}", null)]
    [InlineData("gpt-image-1", "{}", null)]
    public async Task Every_sibling_is_ordered_by_its_own_name(string model, string fields, int? price)
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(Order(model, prompt, fields));

        Assert.Equal((model, model), ((string?)world.Wire.Create(prompt).Json["model"], world.Submission(prompt).Row.Model));
        Assert.Equal($"{made.Content.Facts.WidthPixels}x{made.Content.Facts.HeightPixels}", made.Effective.Text("size"));
        if (price is { } micros) Assert.Equal(micros, made.PriceMicros);
        Assert.Equal(made.PriceMicros, made.SettledMicros);
    }

    [Theory]
    [InlineData("""{"size":"500x500"}""", "invalid_size", "size")]
    [InlineData("""{"size":"auto","tier":"2k"}""", "invalid_size", "size")]
    [InlineData("""{"n":11}""", null, "n")]
    [InlineData("""{"quality":"max"}""", null, "quality")]
    [InlineData("""{"output_format":"gif"}""", null, "output_format")]
    [InlineData("""{"response_format":"b64_json"}""", null, "response_format")]
    [InlineData("""{"mask":"https://example.com/mask.png"}""", "input_reference_required", "reference_images")]
    public async Task What_cannot_be_made_is_refused_and_never_sent(string fields, string? code, string param)
    {
        var prompt = FlowWorld.Prompt();
        var refused = await world.RefuseAsync(Order("gpt-image-2", prompt, fields));
        Assert.Equal((400, param), (refused.Status, refused.Param));
        if (code is not null) Assert.Equal(code, refused.Code);
        Assert.Empty(world.Submissions(prompt));
    }

    [Theory]
    [InlineData("[refuse:content_policy]", "content_policy_violation")]
    [InlineData("[fail:content_policy]", "content_policy_violation")]
    public async Task A_refused_prompt_fails_with_clean_words_and_costs_nothing(string word, string code)
    {
        var prompt = FlowWorld.Prompt(word);
        var video = await world.MakeAsync(new { model = "gpt-image-2", prompt, quality = "low" });
        await world.CheckFailedAsync(video, code);
        Assert.DoesNotContain("moderation_blocked", video.GetProperty("error").Text("message"));
        Assert.Single(world.Submissions(prompt));
    }

    private static JsonObject Order(string model, string prompt, string fields)
    {
        var order = JsonNode.Parse(fields)!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);
        return order;
    }
}

/// <summary>An upstream that answers with the result, and whose answer is lost.</summary>
public sealed class LostImageTests(LostImageTests.World world) : IClassFixture<LostImageTests.World>
{
    /// <summary>Its channel waits for an answer only briefly: nothing is decided before the time for it has passed.</summary>
    public sealed class World : FlowWorld
    {
        private protected override Dictionary<string, string?> Settings => new() { ["Reelay:Channels:sandbox_openai_images:CallSeconds"] = "5" };
    }

    [Fact]
    public Task It_is_never_ordered_again_and_costs_the_caller_nothing() => Task.WhenAll(
        LoseAsync("[drop:after-accept]", isAccepted: true),
        LoseAsync("[truncate]", isAccepted: true),
        LoseAsync("[hang:after-accept]", isAccepted: true),
        LoseAsync("[bare:503]", isAccepted: false));

    private async Task LoseAsync(string word, bool isAccepted)
    {
        var prompt = FlowWorld.Prompt(word);
        var video = await world.MakeAsync(new { model = "gpt-image-2", prompt, quality = "low" });

        var task = await world.CheckFailedAsync(video, "submission_outcome_unknown");
        var attempt = Assert.Single(task.GetProperty("attempts").EnumerateArray());
        Assert.Equal(("unknown", 10_000), (attempt.Text("outcome"), attempt.GetProperty("possible_cost_micros").GetInt64()));
        Assert.Equal(isAccepted, world.Submission(prompt).Row.Accepted);
        Assert.Single(world.Wire.Creates(prompt));
    }
}
