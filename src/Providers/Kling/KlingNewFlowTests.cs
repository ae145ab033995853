using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Flows;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The public names that callers know, through a channel of the new dialect, from the order to the settled price.</summary>
public sealed class KlingNewFlowTests(KlingNewFlowTests.World world) : IClassFixture<KlingNewFlowTests.World>
{
    private static readonly string Picture = Convert.ToBase64String(PngImage.Gradient(640, 360));

    public sealed class World : FlowWorld
    {
        // A lost answer is looked for as soon as it can have arrived.
        private protected override Dictionary<string, string?> Settings => new()
        {
            ["Reelay:Channels:sandbox_kling:CallSeconds"] = "3",
            ["Reelay:Channels:sandbox_kling:ApiKey"] = "api-key-kling-sandbox",
            ["Reelay:Channels:sandbox_kling:Options:dialect"] = "new",
            ["Reelay:Channels:sandbox_kling:Options:search_delay_seconds"] = "0",
        };
    }

    [Theory]
    [InlineData("kling-v3", "{}", "text-to-video/kling-3.0", "1280x720", 4, 84_000)]
    [InlineData("kling-v3", """{"quality":"4k","seconds":3}""", "text-to-video/kling-3.0", "3840x2160", 3, 420_000)]
    [InlineData("kling-v2-6", """{"mode":"pro","sound":"on"}""", "text-to-video/kling-2.6", "1920x1080", 5, 140_000)]
    [InlineData("kling-v2-5-turbo", """{"image":"1","seconds":10}""", "image-to-video/kling-2.5-turbo", "1280x720", 10, 42_000)]
    [InlineData("kling-v3-omni", """{"image_list":["1","1","1"],"size":"720x1280","seconds":5}""", "omni-video/kling-3.0-omni", "720x1280", 5, 84_000)]
    [InlineData("kling-video-o1", """{"size":"1080p","seconds":5}""", "omni-video/kling-o1", "1920x1080", 5, 112_000)]
    public async Task Public_names_are_made_in_the_new_generation_at_the_same_price(
        string model, string fields, string path, string size, int seconds, long perSecond)
    {
        var prompt = FlowWorld.Prompt();
        var order = JsonNode.Parse(fields.Replace("\"1\"", $"\"{Picture}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);

        var made = await world.CompleteAsync(order);

        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/kling/" + path, sent.Url.AbsolutePath);
        Assert.Equal("Bearer api-key-kling-sandbox", sent.Headers["Authorization"]);
        var job = world.Job(prompt);
        Assert.Equal((path.Split('/')[1], size, seconds), (job.Model, $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}", (int)job.Clip.Seconds));
        Assert.Equal((model, seconds * perSecond), (made.UpstreamModel, made.PriceMicros));
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
    }

    [Fact]
    public async Task A_lost_answer_is_found_again_by_our_own_mark()
    {
        var prompt = FlowWorld.Prompt("[drop:after-accept]");
        var made = await world.CompleteAsync(new { model = "kling-v3", prompt });
        Assert.Equal(made.Attempt.Text("upstream_id"), world.Submission(prompt).Row.UpstreamId);
    }

    [Fact]
    public async Task What_risk_control_refuses_fails_with_clean_words_and_costs_nothing()
    {
        var video = await world.MakeAsync(new { model = "kling-v3", prompt = FlowWorld.Prompt("[fail:content_policy]") });
        await world.CheckFailedAsync(video, "content_policy_violation");
    }
}

/// <summary>A model of the new generation alone, which an operator names at a channel.</summary>
public sealed class KlingNewNameFlowTests
{
    [Theory]
    [InlineData("legacy")]
    [InlineData("new")]
    public async Task It_is_published_and_made_whatever_the_dialect(string dialect)
    {
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Channels:sandbox_kling:ApiKey"] = "api-key-kling-sandbox",
            ["Reelay:Channels:sandbox_kling:Models"] = "kling-v3, kling-3.0-turbo",
            ["Reelay:Channels:sandbox_kling:Options:dialect"] = dialect,
        });
        var video = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model = "kling-3.0-turbo", prompt = "a red boat", seconds = 7 }));
        var task = await gateway.AdminTaskAsync(video.GetProperty("id").GetString()!);
        Assert.True(video.GetProperty("status").GetString() == "completed", task.GetRawText());
        var job = gateway.Sandbox.Core.Store.FindJob("kling", task.GetProperty("attempts")[0].GetProperty("upstream_id").GetString()!)!;
        Assert.Equal(("kling-3.0-turbo", 7, true), (job.Model, (int)job.Clip.Seconds, job.Clip.HasSound));
    }
}
