using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Flows;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>Veo's public names through the whole gateway to the sandbox and back.</summary>
public sealed class GoogleVeoFlowTests(GoogleVeoFlowTests.World world) : IClassFixture<GoogleVeoFlowTests.World>
{
    private static readonly string Picture = Convert.ToBase64String(PngImage.Gradient(640, 360));
    private static readonly string Another = Convert.ToBase64String(PngImage.Gradient(360, 640));

    public sealed class World : FlowWorld
    {
        // A lost answer is looked for, or given up, as soon as it can have arrived.
        private protected override Dictionary<string, string?> Settings => new() { ["Reelay:Channels:sandbox_google_veo:CallSeconds"] = "3", ["Reelay:Channels:sandbox_google_veo_gemini:CallSeconds"] = "3" };
    }

    [Theory]
    [InlineData("veo3", "{}", "t2v", "veo-3.1-generate-001", "1280x720", 4, 400_000)]
    [InlineData("veo3-fast", """{"seconds":6,"size":"720x1280"}""", "t2v", "veo-3.1-fast-generate-001", "720x1280", 6, 100_000)]
    [InlineData("veo3-pro", """{"seconds":"8s","tier":"1080p"}""", "t2v", "veo-3.1-generate-001", "1920x1080", 8, 400_000)]
    [InlineData("veo3.1", """{"size":"3840x2160"}""", "t2v", "veo-3.1-generate-001", "3840x2160", 8, 600_000)]
    [InlineData("veo3.1-fast", """{"duration":8,"resolution":"1080p"}""", "t2v", "veo-3.1-fast-generate-001", "1920x1080", 8, 120_000)]
    [InlineData("veo3.1-pro", """{"metadata":{"durationSeconds":4}}""", "t2v", "veo-3.1-generate-001", "1280x720", 4, 400_000)]
    [InlineData("veo3.1-4k", """{"seconds":5,"aspect_ratio":"9:16"}""", "t2v", "veo-3.1-generate-001", "2160x3840", 8, 600_000)]
    [InlineData("veo3.1-pro-4k", "{}", "t2v", "veo-3.1-generate-001", "3840x2160", 8, 600_000)]
    [InlineData("veo_3_1", """{"seconds":12}""", "t2v", "veo-3.1-generate-001", "1280x720", 8, 400_000)]
    [InlineData("veo3-fast-frames", """{"image":"1"}""", "i2v", "veo-3.1-fast-generate-001", "1280x720", 4, 100_000)]
    [InlineData("veo3-frames", """{"image":"1","end_image_url":"2"}""", "i2v_first_last", "veo-3.1-generate-001", "1280x720", 4, 400_000)]
    [InlineData("veo3-pro-frames", """{"images":["1","2"]}""", "i2v_first_last", "veo-3.1-generate-001", "1280x720", 4, 400_000)]
    [InlineData("veo_3_1-fl", """{"reference_images":["1","2"],"size":"9:16"}""", "i2v_first_last", "veo-3.1-generate-001", "720x1280", 8, 400_000)]
    [InlineData("veo3.1-components", """{"reference_images":["1","2"]}""", "reference_images", "veo-3.1-generate-001", "1280x720", 8, 400_000)]
    [InlineData("veo_3_1-components", """{"images":["1"],"tier":"1080p"}""", "reference_images", "veo-3.1-generate-001", "1920x1080", 8, 400_000)]
    [InlineData("veo3", """{"images":["1","2","1"]}""", "reference_images", "veo-3.1-generate-001", "1280x720", 8, 400_000)]
    public async Task Every_public_name_is_made_by_its_upstream_model(
        string model, string fields, string mode, string upstream, string size, int seconds, long perSecond)
    {
        var prompt = FlowWorld.Prompt();
        var order = JsonNode.Parse(fields.Replace("\"1\"", $"\"{Picture}\"", StringComparison.Ordinal).Replace("\"2\"", $"\"{Another}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);

        var made = await world.CompleteAsync(order);

        Assert.Equal((mode, upstream), (made.Effective.Text("mode"), made.UpstreamModel));
        var job = world.Job(prompt);
        Assert.Equal((size, seconds, true), ($"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}", (int)job.Clip.Seconds, job.Clip.HasSound));
        Assert.Equal(seconds * perSecond, made.PriceMicros);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith($"/v1/projects/reelay-sandbox/locations/us-central1/publishers/google/models/{upstream}:predictLongRunning", sent.Url.AbsolutePath);
        Assert.StartsWith("Bearer ya29.", sent.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_videos_are_one_order_and_silence_is_said()
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(new { model = "veo3.1-fast", prompt, n = 2, audio = false, seed = 7, seconds = 4 });
        var parameters = world.Wire.Create(prompt).Json["parameters"]!;
        Assert.Equal((2, false, 7), ((int)parameters["sampleCount"]!, (bool)parameters["generateAudio"]!, (int)parameters["seed"]!));
        Assert.Equal((2, 2 * 4 * 100_000), (made.Video.GetProperty("outputs").GetArrayLength(), made.PriceMicros));
        Assert.Equal(StandInClipStore.Clip.ToArray(), (await world.DownloadAsync(made.Id, "?index=1")).Bytes);
    }

    [Theory]
    [InlineData("veo3.1", """{"images":["1","1","1","1"]}""", 400, "too_many_references")]
    [InlineData("veo3.1", """{"reference_images":["1"],"seconds":4}""", 400, "invalid_seconds")]
    [InlineData("veo3.1", """{"tier":"4k","seconds":4}""", 400, "invalid_size")]
    [InlineData("veo3.1-fast", """{"tier":"4k"}""", 400, null)]
    [InlineData("veo3.1", """{"seconds":5}""", 400, "invalid_seconds")]
    [InlineData("veo3-frames", "{}", 400, "input_reference_required")]
    [InlineData("veo3.1-components", "{}", 400, "input_reference_required")]
    public async Task What_veo_cannot_make_is_refused_at_once(string model, string fields, int status, string? code)
    {
        var order = JsonNode.Parse(fields.Replace("\"1\"", $"\"{Picture}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, "x");
        var refused = await world.RefuseAsync(order);
        Assert.Equal(status, refused.Status);
        if (code is not null)
            Assert.Equal(code, refused.Code);
    }

    [Theory]
    [InlineData("[refuse:content_policy]")]
    [InlineData("[fail:content_policy]")]
    [InlineData("audio [fail:content_policy]")]
    public async Task A_refusal_of_any_shape_fails_with_clean_words_and_costs_nothing(string words)
    {
        var video = await world.MakeAsync(new { model = "veo3.1", prompt = FlowWorld.Prompt(words) });
        await world.CheckFailedAsync(video, "content_policy_violation");
        Assert.DoesNotMatch("(?i)google|vertex|gemini|HTTP|channel", video.GetProperty("error").Text("message"));
    }

    [Fact]
    public async Task A_lost_answer_is_never_sent_again_since_nothing_can_be_searched()
    {
        var prompt = FlowWorld.Prompt("[drop:after-accept]");
        await world.CheckFailedAsync(await world.MakeAsync(new { model = "veo3.1", prompt }), "submission_outcome_unknown");
        Assert.Single(world.Submissions(prompt));
    }

    [Fact]
    public async Task An_operator_sees_the_order_itself_and_no_assertion()
    {
        using var admin = world.Gateway.NewClient(world.Gateway.AdminKey);
        var (_, body) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=true", new { model = "veo3.1", prompt = "x" }, admin);
        var request = body.GetProperty("explain").GetProperty("request");
        Assert.EndsWith("veo-3.1-generate-001:predictLongRunning", request.Text("url"));
        Assert.Equal("x", request.GetProperty("json").GetProperty("instances")[0].Text("prompt"));
        Assert.DoesNotContain("assertion", body.GetRawText(), StringComparison.Ordinal);
    }
}

/// <summary>The same with results inside the answers, and at the Gemini API alone.</summary>
public sealed class GoogleVeoOtherFlowTests
{
    [Theory]
    [InlineData("veo3.1", "Reelay:Channels:sandbox_google_veo:Options:storage_uri", "null", "veo-3.1-generate-001")]
    [InlineData("veo3.1", "Reelay:Channels:sandbox_google_veo:IsEnabled", "false", "veo-3.1-generate-preview")]
    [InlineData("veo3", "Reelay:Channels:sandbox_google_veo:IsEnabled", "false", "veo-3.0-generate-001")]
    public async Task It_is_delivered_that_way_too(string model, string setting, string value, string upstream)
    {
        await using var gateway = await GatewayHost.StartAsync(new() { [setting] = value });
        var video = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model, prompt = "a red boat" }));
        var task = await gateway.AdminTaskAsync(video.GetProperty("id").GetString()!);
        Assert.True(video.GetProperty("status").GetString() == "completed", task.GetRawText());
        Assert.Equal(upstream, task.GetProperty("attempts")[0].GetProperty("upstream_model").GetString());
        using var response = await gateway.Client.GetAsync($"/v1/videos/{video.GetProperty("id").GetString()}/content", TestContext.Current.CancellationToken);
        Assert.Equal(StandInClipStore.Clip.ToArray(), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
