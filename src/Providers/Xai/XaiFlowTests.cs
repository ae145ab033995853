using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Flows;

namespace Reelay.Tests.Providers.Xai;

/// <summary>Grok's public names through the whole gateway to the sandbox and back.</summary>
public sealed class XaiFlowTests(XaiFlowTests.World world) : IClassFixture<XaiFlowTests.World>
{
    private static readonly string Picture = Convert.ToBase64String(PngImage.Gradient(640, 360));
    private static readonly string Another = Convert.ToBase64String(PngImage.Gradient(360, 640));

    public sealed class World : FlowWorld
    {
        // A lost answer is looked for, or given up, as soon as it can have arrived.
        private protected override Dictionary<string, string?> Settings => new() { ["Reelay:Channels:sandbox_xai:CallSeconds"] = "3" };
    }

    [Theory]
    [InlineData("grok-imagine-1.0-video", "{}", "t2v", "grok-imagine-video", "1280x720", 4, 70_000)]
    [InlineData("grok-imagine-1.0-video", """{"seconds":10,"aspect_ratio":"16:9","resolution":"720P","reference_images":["1"]}""", "reference_images", "grok-imagine-video", "1280x720", 10, 70_000)]
    [InlineData("grok-imagine-video", """{"size":"480x854","seconds":1}""", "t2v", "grok-imagine-video", "480x854", 1, 50_000)]
    [InlineData("grok-imagine-1.0-video", """{"aspect_ratio":"2:3","seconds":"15s"}""", "t2v", "grok-imagine-video", "720x1080", 15, 70_000)]
    [InlineData("grok-imagine-1.0-video", """{"image":"2","size":"480p"}""", "i2v", "grok-imagine-video", "480x854", 4, 50_000)]
    [InlineData("grok-imagine-1.0-video", """{"images":["1","2"]}""", "reference_images", "grok-imagine-video", "1280x720", 4, 70_000)]
    [InlineData("grok-video-3", """{"seconds":5,"aspect_ratio":"1:1"}""", "t2v", "grok-imagine-video", "720x720", 5, 70_000)]
    [InlineData("grok-imagine-video-1.5-preview", """{"size":"1920x1080","seconds":2}""", "t2v", "grok-imagine-video-1.5", "1920x1080", 2, 250_000)]
    [InlineData("grok-imagine-video-1.5-preview", """{"images":["1","2"],"audio":false}""", "i2v_first_last", "grok-imagine-video-1.5", "1280x720", 4, 140_000)]
    [InlineData("grok-imagine-video-1.5", """{"reference_images":["1"],"size":"480p"}""", "reference_images", "grok-imagine-video-1.5", "854x480", 4, 80_000)]
    public async Task Every_public_name_is_made_by_its_upstream_model(
        string model, string fields, string mode, string upstream, string size, int seconds, long perSecond)
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(Order(model, fields, prompt));

        Assert.Equal((mode, upstream), (made.Effective.Text("mode"), made.UpstreamModel));
        var job = world.Job(prompt);
        Assert.Equal((size, seconds), ($"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}", (int)job.Clip.Seconds));
        Assert.Equal(!fields.Contains("\"audio\":false", StringComparison.Ordinal), job.Clip.HasSound);
        Assert.Equal(seconds * perSecond, made.PriceMicros);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/xai/v1/videos/generations", sent.Url.AbsolutePath);
        Assert.Equal((seconds, upstream), ((int)sent.Json["duration"]!, (string?)sent.Json["model"]));
        Assert.Equal(upstream.EndsWith("1.5", StringComparison.Ordinal), sent.Json.ContainsKey("generate_audio"));
    }

    [Theory]
    [InlineData("remix", "edit", "edits", 2 * 80_000)]
    [InlineData("extend", "extend", "extensions", 6 * 70_000)]
    public async Task A_video_is_edited_and_extended_by_its_stored_file(string way, string mode, string path, long price)
    {
        var source = await world.CompleteAsync(new { model = "grok-imagine-video-1.5-preview", prompt = FlowWorld.Prompt(), seconds = 2 });
        var prompt = FlowWorld.Prompt("it rains");
        var made = way == "remix"
            ? await world.CompleteAsync(new { prompt }, $"/v1/videos/{source.Id}/remix")
            : await world.CompleteAsync(new { prompt, video = new { id = source.Id }, seconds = 6 }, "/v1/videos/extensions");

        Assert.Equal((mode, "grok-imagine-video"), (made.Effective.Text("mode"), made.UpstreamModel));
        Assert.Equal(price, made.PriceMicros);
        Assert.Equal(source.Id, made.Video.Text("remixed_from_video_id"));
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/v1/videos/" + path, sent.Url.AbsolutePath);
        Assert.Equal("data:video/mp4;base64," + Convert.ToBase64String(StandInClipStore.Clip.Span), (string?)sent.Json["video"]!["url"]);
        Assert.Equal(way == "extend" ? 6 : null, (int?)sent.Json["duration"]);
    }

    [Theory]
    [InlineData("grok-imagine-image", """{"n":2,"size":"2048x2048"}""", "images/generations", 40_000, 2)]
    [InlineData("grok-imagine-image-pro", """{"aspect_ratio":"16:9"}""", "images/generations", 50_000, 1)]
    [InlineData("grok-imagine-image-2.0", """{"quality":"low","tier":"2k","images":["1","2","1"]}""", "images/edits", 70_000, 1)]
    public async Task Pictures_come_with_the_answer(string model, string fields, string path, long price, int count)
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(Order(model, fields, prompt));
        Assert.Equal(price, made.PriceMicros);
        Assert.StartsWith("image/", made.Content.ContentType, StringComparison.Ordinal);
        Assert.EndsWith("/xai/v1/" + path, world.Wire.Create(prompt).Url.AbsolutePath);
        if (count > 1) Assert.Equal(count, made.Video.GetProperty("outputs").GetArrayLength());
    }

    [Theory]
    [InlineData("grok-imagine-1.0-video", """{"seconds":16}""", "invalid_seconds")]
    [InlineData("grok-imagine-1.0-video", """{"reference_images":["1"],"seconds":11}""", "invalid_seconds")]
    [InlineData("grok-imagine-1.0-video", """{"size":"1920x1080"}""", "invalid_size")]
    [InlineData("grok-imagine-1.0-video", """{"images":["1","1","1","1","1","1","1","1"]}""", "too_many_references")]
    [InlineData("grok-imagine-1.0-video", """{"mode":"i2v_first_last","images":["1","2"]}""", null)]
    [InlineData("grok-imagine-1.0-video", """{"audio":false}""", null)]
    [InlineData("grok-imagine-video-1.5-preview", """{"reference_images":["1"],"size":"1920x1080"}""", "invalid_size")]
    [InlineData("grok-imagine-image", """{"images":["1","1","1","1"]}""", "too_many_references")]
    public async Task What_grok_cannot_make_is_refused_at_once(string model, string fields, string? code)
    {
        var refused = await world.RefuseAsync(Order(model, fields, "x"));
        Assert.Equal(400, refused.Status);
        if (code is not null) Assert.Equal(code, refused.Code);
    }

    [Theory]
    [InlineData("grok-imagine-1.0-video", "[fail:content_policy]", 4 * 70_000)]
    [InlineData("grok-imagine-1.0-video", "withheld [fail:content_policy]", 4 * 70_000)]
    [InlineData("grok-imagine-image", "[fail:content_policy]", 20_000)]
    public async Task A_refusal_after_the_work_is_charged_as_the_vendor_charges_it(string model, string words, long price)
    {
        var prompt = FlowWorld.Prompt(words);
        var video = await world.MakeAsync(new { model, prompt });
        Assert.Equal(("failed", "content_policy_violation"), (video.Text("status"), video.GetProperty("error").Text("code")));
        Assert.DoesNotMatch("(?i)xai|x\\.ai|HTTP|channel", video.GetProperty("error").Text("message"));
        Assert.Equal([("reserve", 0L, price), ("settle", -price, -price)], world.Ledger(video.Text("id")!));
        Assert.Single(world.Submissions(prompt));
    }

    [Theory]
    [InlineData("[refuse:content_policy]", "content_policy_violation")]
    [InlineData("[fail:generation]", "generation_failed")]
    [InlineData("[expired]", "upstream_expired")]
    [InlineData("[drop:after-accept]", "submission_outcome_unknown")]
    public async Task Other_failures_cost_nothing_and_nothing_is_sent_twice(string words, string code)
    {
        var prompt = FlowWorld.Prompt(words);
        await world.CheckFailedAsync(await world.MakeAsync(new { model = "grok-imagine-1.0-video", prompt }), code);
        Assert.Single(world.Submissions(prompt));
    }

    private static JsonObject Order(string model, string fields, string prompt)
    {
        var order = JsonNode.Parse(fields.Replace("\"1\"", $"\"{Picture}\"", StringComparison.Ordinal).Replace("\"2\"", $"\"{Another}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);
        return order;
    }
}
