using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Flows;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>The public names through the whole gateway to the sandbox and back.</summary>
public sealed class DashScopeFlowTests(DashScopeFlowTests.World world) : IClassFixture<DashScopeFlowTests.World>
{
    private static readonly string _picture = Convert.ToBase64String(PngImage.Gradient(640, 480));
    private static readonly string _video = Convert.ToBase64String(Clips.Make(5, 1280, 720));

    public sealed class World : FlowWorld;

    [Theory]
    [InlineData("happyhorse-1.0", "{}", "t2v", "happyhorse-1.0-t2v", """{"resolution":"720P","ratio":"16:9","duration":4,"watermark":false}""", 560_000)]
    [InlineData("happyhorse-1.0", """{"seconds":15,"size":"1080x1920"}""", "t2v", "happyhorse-1.0-t2v", """{"resolution":"1080P","ratio":"9:16","duration":15,"watermark":false}""", 3_600_000)]
    [InlineData("happyhorse-1.0", """{"seconds":"3s","aspect_ratio":"3:4","resolution":"1080P","watermark":true,"seed":7}""", "t2v", "happyhorse-1.0-t2v", """{"resolution":"1080P","ratio":"3:4","duration":3,"watermark":true,"seed":7}""", 720_000)]
    [InlineData("happyhorse-1.0", """{"image":"P"}""", "i2v", "happyhorse-1.0-i2v", """{"resolution":"720P","duration":4,"watermark":false}""", 560_000)]
    [InlineData("happyhorse-1.0", """{"images":["P","P"]}""", "r2v", "happyhorse-1.0-r2v", """{"resolution":"720P","ratio":"16:9","duration":4,"watermark":false}""", 560_000)]
    [InlineData("happyhorse-1.0", """{"image":"P","mode":"r2v"}""", "r2v", "happyhorse-1.0-r2v", """{"resolution":"720P","ratio":"16:9","duration":4,"watermark":false}""", 560_000)]
    [InlineData("happyhorse-1.0", """{"reference_images":["P"]}""", "r2v", "happyhorse-1.0-r2v", """{"resolution":"720P","ratio":"16:9","duration":4,"watermark":false}""", 560_000)]
    [InlineData("happyhorse-1.0-t2v", "{}", "t2v", "happyhorse-1.0-t2v", """{"resolution":"720P","ratio":"16:9","duration":4,"watermark":false}""", 560_000)]
    [InlineData("happyhorse-1.0-i2v", """{"image":"P","tier":"1080p","seconds":5}""", "i2v", "happyhorse-1.0-i2v", """{"resolution":"1080P","duration":5,"watermark":false}""", 1_200_000)]
    [InlineData("happyhorse-1.0-r2v", """{"image":"P"}""", "r2v", "happyhorse-1.0-r2v", """{"resolution":"720P","ratio":"16:9","duration":4,"watermark":false}""", 560_000)]
    [InlineData("wan2.7-i2v", """{"images":["P","P"],"seconds":2}""", "i2v_first_last", "wan2.7-i2v", """{"resolution":"720P","duration":2,"watermark":false}""", 200_000)]
    [InlineData("wan3.0-video", """{"audio":false,"seconds":2}""", "t2v", "wan3.0-video", """{"resolution":"720P","ratio":"16:9","duration":2,"audio":false,"watermark":false}""", 200_000)]
    [InlineData("wan2.6-t2v", """{"seconds":5,"size":"9:16","shot_type":"multi"}""", "t2v", "wan2.6-t2v", """{"size":"720*1280","duration":5,"watermark":false,"shot_type":"multi"}""", 400_000)]
    public async Task Inputs_choose_the_model_and_everything_that_costs_is_said(string model, string fields, string mode, string upstream, string parameters, long price)
    {
        var (made, sent) = await OrderAsync(model, fields);
        Assert.Equal((mode, price), (made.Effective.GetProperty("mode").GetString(), made.PriceMicros));
        Assert.EndsWith("/dashscope/api/v1/services/aigc/video-generation/video-synthesis", sent.Url.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal((upstream, upstream), ((string?)sent.Json["model"], made.UpstreamModel));
        Assert.Equal(parameters, sent.Json["parameters"]!.ToJsonString());
    }

    [Theory]
    [InlineData("happyhorse-1.0", """{"video_url":"V"}""", "720P", 560_000, null)]
    [InlineData("happyhorse-1.0-video-edit", """{"video_url":"V","image_urls":["P"],"quality":"1080p","audio_setting":"origin"}""", "1080P", 960_000, null)]
    [InlineData("happyhorse-1.0-video-edit", """{"video":"V","size":"720x1280"}""", "720P", 560_000, "size_follows_source")]
    [InlineData("happyhorse-1.0", """{"video":"V","seconds":8}""", "720P", 560_000, "seconds_follow_source")]
    public async Task An_edit_takes_length_and_ratio_of_its_video_and_a_resolution(string model, string fields, string resolution, long price, string? warning)
    {
        var (made, sent) = await OrderAsync(model, fields);
        Assert.Equal(("happyhorse-1.0-video-edit", resolution), ((string?)sent.Json["model"], (string?)sent.Json["parameters"]!["resolution"]));
        Assert.Null(sent.Json["parameters"]!["duration"] ?? sent.Json["parameters"]!["ratio"]);
        Assert.StartsWith("oss://dashscope-instant/", (string?)sent.Json["input"]!["media"]![0]!["url"], StringComparison.Ordinal);
        Assert.Equal("enable", sent.Headers["X-DashScope-OssResourceResolve"]);
        string?[] warnings = made.Video.TryGetProperty("warnings", out var told) ? [.. told.EnumerateArray().Select(item => item.GetProperty("code").GetString())] : [];
        Assert.Equal(warning is null ? [] : [warning], warnings);

        // Two seconds, each charged for input and output alike.
        Assert.Equal((price, price), (made.PriceMicros, made.SettledMicros));
    }

    [Fact]
    public async Task A_video_made_here_is_edited_by_its_id()
    {
        var source = await world.CompleteAsync(new { model = "happyhorse-1.0-t2v", prompt = FlowWorld.Prompt() });
        var prompt = FlowWorld.Prompt("at night");
        var made = await world.CompleteAsync(new { prompt }, $"/v1/videos/{source.Id}/remix");
        Assert.Equal("happyhorse-1.0-video-edit", (string?)world.Wire.Create(prompt).Json["model"]);
        Assert.Equal(source.Id, made.Video.GetProperty("remixed_from_video_id").GetString());
    }

    [Theory]
    [InlineData("happyhorse-1.0", """{"image":"P","end_image_url":"P"}""")]
    [InlineData("happyhorse-1.0", """{"seconds":16}""")]
    [InlineData("happyhorse-1.0-t2v", """{"image":"P"}""")]
    [InlineData("happyhorse-1.0", """{"tier":"4k"}""")]
    [InlineData("happyhorse-1.0", """{"audio":false}""")]
    [InlineData("happyhorse-1.0", """{"audio_setting":"origin"}""")]
    [InlineData("happyhorse-1.0-r2v", """{"images":["P","P","P","P","P","P","P","P","P","P"]}""")]
    public async Task What_it_cannot_make_is_refused_before_anything_is_sent(string model, string fields)
    {
        var prompt = FlowWorld.Prompt();
        Assert.Equal(400, (await world.RefuseAsync(Order(model, prompt, fields))).Status);
        Assert.Empty(world.Submissions(prompt));
    }

    [Fact]
    public async Task A_picture_that_is_too_small_is_refused_before_anything_is_sent()
    {
        var small = Convert.ToBase64String(PngImage.Gradient(320, 200));
        var order = new { model = "happyhorse-1.0-i2v", image = $"data:image/png;base64,{small}" };
        Assert.Equal((400, "invalid_image"), Known(await world.RefuseAsync(order)));

        static (int, string?) Known((int Status, string? Code, string? Param) answer) => (answer.Status, answer.Code);
    }

    [Fact]
    public async Task A_first_frame_needs_no_prompt()
    {
        var made = await world.CompleteAsync(new { model = "happyhorse-1.0", image = $"data:image/png;base64,{_picture}" });
        Assert.Equal("happyhorse-1.0-i2v", made.UpstreamModel);
    }

    [Fact]
    public async Task A_task_that_the_upstream_no_longer_knows_fails_and_costs_nothing()
    {
        var prompt = FlowWorld.Prompt("[stuck]");
        var (status, made) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "happyhorse-1.0", prompt });
        Assert.Equal(200, status);
        while (!world.Submissions(prompt).Any(report => report.Row.Accepted)) await Support.GatewayHost.PauseAsync();

        // Of another account from now on: the answer is UNKNOWN, at 200.
        world.Gateway.Sandbox.Core.Store.Update(world.Job(prompt) with { Credential = "another" });
        var video = await world.Gateway.FinishAsync(made.GetProperty("id").GetString()!);
        Assert.Equal("failed", video.GetProperty("status").GetString());
        Assert.Single(world.Submissions(prompt));
        Assert.False((await world.Gateway.AdminTaskAsync(video.GetProperty("id").GetString()!)).TryGetProperty("settled_micros", out _));
    }

    private static JsonObject Order(string model, string prompt, string fields)
    {
        var order = JsonNode.Parse(fields.Replace("\"P\"", $"\"data:image/png;base64,{_picture}\"", StringComparison.Ordinal)
            .Replace("\"V\"", $"\"data:video/mp4;base64,{_video}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);
        return order;
    }

    private async Task<(Made Made, SentRequest Sent)> OrderAsync(string model, string fields)
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(Order(model, prompt, fields));
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        return (made, world.Wire.Create(prompt));
    }
}
