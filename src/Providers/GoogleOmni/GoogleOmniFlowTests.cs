using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Flows;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.GoogleOmni;

/// <summary>Omni's public names through the whole gateway to the sandbox and back.</summary>
public sealed class GoogleOmniFlowTests(GoogleOmniFlowTests.World world) : IClassFixture<GoogleOmniFlowTests.World>
{
    private static readonly string Picture = Convert.ToBase64String(PngImage.Gradient(640, 360));
    private static readonly string Video = Convert.ToBase64String(Clips.Make(5, 1280, 720));

    public sealed class World : FlowWorld;

    [Theory]
    [InlineData("gemini-omni", "{}", "t2v", "text_to_video", "4s", 400_000)]
    [InlineData("gemini-omni", """{"seconds":5}""", "t2v", "text_to_video", "6s", 600_000)]
    [InlineData("gemini-omni", """{"seconds":"7","tier":"1080p"}""", "t2v", "text_to_video", "8s", 1_200_000)]
    [InlineData("gemini-omni", """{"duration":25,"tier":"360p"}""", "t2v", "text_to_video", "10s", 300_000)]
    [InlineData("gemini-omni", """{"image":"P"}""", "r2v", "reference_to_video", "4s", 400_000)]
    [InlineData("gemini-omni", """{"images":["P","P"]}""", "r2v", "reference_to_video", "4s", 400_000)]
    [InlineData("gemini-omni", """{"content":[{"type":"image_url","image_url":{"url":"P"}}]}""", "r2v", "reference_to_video", "4s", 400_000)]
    [InlineData("gemini-omni", """{"images":["P","P"],"metadata":{"first_last_frame":true}}""", "i2v_first_last", "image_to_video", "4s", 400_000)]
    [InlineData("omni_flash_8s", """{"seconds":3}""", "t2v", "text_to_video", "8s", 800_000)]
    [InlineData("omni_flash_10s", """{"tier":"1080p"}""", "t2v", "text_to_video", "10s", 1_500_000)]
    [InlineData("omni_flash_8s", """{"image":"P","metadata":{"first_last_frame":true}}""", "i2v", "image_to_video", "8s", 800_000)]
    [InlineData("omni_flash_10s", """{"reference_images":["P","P"],"metadata":{"first_last_frame":true}}""", "i2v_first_last", "image_to_video", "10s", 1_000_000)]
    public async Task Every_public_name_goes_out_as_its_task(string model, string fields, string mode, string task, string duration, long price)
    {
        var (made, sent) = await OrderAsync(model, fields);
        Assert.Equal(mode, made.Effective.Text("mode"));
        Assert.EndsWith("/google-omni/v1beta/interactions", sent.Url.AbsolutePath);
        Assert.Equal(
            (task, duration, "gemini-omni-1.1-flash"),
            ((string?)sent.Json["generation_config"]!["video_config"]!["task"], (string?)sent.Json["response_format"]!["duration"], (string?)sent.Json["model"]));
        Assert.Equal(price, made.PriceMicros);
    }

    [Theory]
    [InlineData("omni_flash_edit", """{"metadata":{"source_video_url":"V"}}""", 0)]
    [InlineData("gemini-omni", """{"video_url":"V"}""", 0)]
    [InlineData("gemini-omni", """{"videos":["V"],"images":["P"],"seconds":8}""", 1)]
    public async Task A_video_is_edited_at_its_own_length(string model, string fields, int warnings)
    {
        var (made, sent) = await OrderAsync(model, fields);
        Assert.Equal(("edit", null), (made.Effective.Text("mode"), (string?)sent.Json["response_format"]!["duration"]));
        Assert.Contains("video", sent.Json["input"]!.AsArray().Select(block => (string?)block!["type"]));
        Assert.Equal(warnings, made.Video.TryGetProperty("warnings", out var told) ? told.GetArrayLength() : 0);

        // The source may be ten seconds long; what was delivered has two.
        Assert.Equal(2 * 100_000, made.SettledMicros);
    }

    [Fact]
    public async Task A_video_made_here_is_edited_by_its_id()
    {
        var source = await world.CompleteAsync(new { model = "omni_flash_8s", prompt = FlowWorld.Prompt() });
        var prompt = FlowWorld.Prompt("at night");
        var made = await world.CompleteAsync(new { prompt }, $"/v1/videos/{source.Id}/remix");
        Assert.Equal("edit", (string?)world.Wire.Create(prompt).Json["generation_config"]!["video_config"]!["task"]);
        Assert.Equal(source.Id, made.Video.Text("remixed_from_video_id"));
    }

    [Fact]
    public async Task A_success_in_words_alone_is_a_refusal_and_costs_nothing()
    {
        var prompt = FlowWorld.Prompt("[fail:content_policy]");
        var video = await world.MakeAsync(new { model = "gemini-omni", prompt });
        await world.CheckFailedAsync(video, "content_policy_violation");
        Assert.Single(world.Submissions(prompt));
    }

    private async Task<(Made Made, SentRequest Sent)> OrderAsync(string model, string fields)
    {
        var prompt = FlowWorld.Prompt();
        var order = JsonNode.Parse(fields.Replace("\"P\"", $"\"data:image/png;base64,{Picture}\"", StringComparison.Ordinal)
            .Replace("\"V\"", $"\"data:video/mp4;base64,{Video}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);
        var made = await world.CompleteAsync(order);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        return (made, world.Wire.Create(prompt));
    }
}
