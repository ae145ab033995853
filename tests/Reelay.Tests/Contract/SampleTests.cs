using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract;

/// <summary>Every documented request, exactly as published, from the wire to the finished file; and what the upstream was asked for.</summary>
[Collection(ContractGateway.Name)]
public sealed class SampleTests(ContractGateway shared)
{
    // What the finished task says: model, echoed seconds and size, mode, tier, warnings; then what the upstream was asked for.
    private static readonly Dictionary<string, (string Task, string Upstream)> _done = new()
    {
        ["openai-json-prompt-only"] = ("sora-2 4 720x1280 t2v 720p", "openai sora-2 x"),
        ["openai-published-curl"] = ("sora-2 4 720x1280 t2v 720p", "openai sora-2 x"),
        ["apigo-multipart"] = ("sora-2 4 720x1280 i2v 720p", "openai sora-2 一只小猫在花园里追蝴蝶"),
        ["compat-body-values"] = (
            "sora-2 4 720x1280 t2v 720p user:unsupported_parameter fps:unsupported_parameter seed:unsupported_parameter", "openai sora-2 waves"),
        ["aurora-image"] = ("gpt-image-2 8 1024x1024 edit 2k", "openai-images gpt-image-2 neon fox in the rain, cinematic"),
        ["aurora-image-tier-only"] = ("gpt-image-2 0 2048x2048 t2i 2k", "openai-images gpt-image-2 a neon fox"),
        ["kling"] = ("kling-video 5 1280x720 t2v 720p", "kling kling-v2-6 日落时的海边,风吹起长发"),
        ["kling-i2v"] = ("kling-video 5 1280x720 i2v 720p", "kling kling-v2-6 p"),
        ["kling-multi_i2v"] = ("kling-video 5 1280x720 multi_i2v 720p", "kling kling-v1-6 p"),
        ["kling-extend"] = ("kling-video", "kling"),
        ["aurora-omni-edit"] = ("gemini-omni 0 1280x720 edit -", "google-omni gemini-omni-1.1-flash make the sky red"),
        ["aurora-omni-frames"] = ("omni_flash_8s 8 1280x720 i2v_first_last 720p", "google-omni gemini-omni-1.1-flash from dawn to dusk"),
        ["grok"] = (
            "grok-imagine-1.0-video 10 1280x720 reference_images 720p", "xai grok-imagine-video 雨夜的霓虹街道,镜头缓缓推进"),
        ["mode-t2v"] = ("viduq3-turbo 4 1280x720 t2v 720p", "vidu viduq3-turbo p"),
        ["mode-i2v"] = ("viduq3-turbo 4 1280x720 i2v 720p", "vidu viduq3-turbo p"),
        ["happyhorse-edit"] = ("happyhorse-1.0-video-edit 0 1280x720 edit 720p", "dashscope happyhorse-1.0-video-edit p"),
        ["mode-i2v_first_last"] = ("veo3.1 4 1280x720 i2v_first_last 720p", "google-veo veo-3.1-generate-001 p"),
        ["mode-reference_images"] = ("veo3.1-components 8 1280x720 reference_images 720p", "google-veo veo-3.1-generate-001 p"),
        ["omni-edit"] = ("gemini-omni 0 1280x720 edit -", "google-omni gemini-omni-1.1-flash p"),
        ["mode-reference_material"] = ("doubao-seedance-2-0-260128 4 1280x720 reference_material 720p", "seedance doubao-seedance-2-0-260128 p"),
        ["seedance-content"] = (
            "doubao-seedance-2-0-260128 5 1280x720 i2v 720p ratio:aspect_ratio_follows_image", "seedance doubao-seedance-2-0-260128 p"),
        ["omni-r2v"] = ("gemini-omni 7 1280x720 r2v 720p", "google-omni gemini-omni-1.1-flash p"),
    };

    private static readonly Dictionary<string, string> _refused = new() { ["compat-width-height"] = "400 invalid_size width" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Done => [.. _done.Keys.Where(name => name != "kling-extend")];

    public static TheoryData<string> Refused => [.. _refused.Keys];

    [Fact]
    public void Every_file_is_looked_at() => Assert.Equal(SampleFile.Names, _done.Keys.Concat(_refused.Keys).Order());

    [Theory]
    [MemberData(nameof(Done))]
    public async Task Is_made(string name)
    {
        var (task, upstream) = await RunAsync(SampleFile.Read(name));
        Assert.Equal(_done[name].Task, task);
        Assert.Equal(_done[name].Upstream, upstream);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Is_refused(string name)
    {
        var (status, error) = await SendAsync(SampleFile.Read(name));
        Assert.Equal(_refused[name], $"{status} {error.GetProperty("error").GetProperty("code")} {error.GetProperty("error").GetProperty("param")}");
        Assert.Contains("720x1280, 1280x720", error.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_extension_of_a_completed_kling_task_is_made()
    {
        var gateway = shared.Gateway;
        var source = await gateway.OrderAsync(body: new { model = "kling-video", model_name = "kling-v1-6", prompt = "a boat" });
        await gateway.FinishAsync(source);
        var sample = SampleFile.Read("kling-extend");
        Assert.Contains("{completed kling task}", sample.Body);
        var (status, created) = await SendAsync(sample with { Body = sample.Body.Replace("{completed kling task}", source) });
        Assert.True(status == 200, created.ToString());
        Assert.Equal((source, ""), (created.GetProperty("remixed_from_video_id").GetString(), created.GetProperty("prompt").GetString()));
        var video = await gateway.FinishAsync(created.GetProperty("id").GetString()!);
        Assert.True(video.GetProperty("status").GetString() == "completed", video.ToString());
        Assert.Equal(("kling-video", "extend"), (video.GetProperty("model").GetString(), video.GetProperty("effective").GetProperty("mode").GetString()));
        Assert.Equal("kling", (await SubmissionAsync(video)).Row.Provider);
    }

    [Fact]
    public async Task The_published_curl_command_works_with_curl()
    {
        Assert.SkipUnless(Tool.Exists("curl"), "curl is not installed");
        var gateway = shared.Gateway;
        var answer = await Tool.RunAsync(
            "curl", gateway.Folder, "--silent", "--noproxy", "*", new Uri(gateway.BaseUrl, "/v1/videos").AbsoluteUri,
            "-H", "Content-Type: application/json", "-H", "Authorization: Bearer sk-reelay-sandbox", "-F", "prompt=x");
        using var body = JsonDocument.Parse(answer);
        Assert.True(body.RootElement.TryGetProperty("id", out var id), answer);
        var video = await gateway.FinishAsync(id.GetString()!);
        Assert.Equal(_done["openai-published-curl"].Task, Shown(video));
    }

    private async Task<(string Task, string Upstream)> RunAsync(SampleFile sample)
    {
        var (status, created) = await SendAsync(sample);
        Assert.True(status == 200, created.ToString());
        Assert.Equal(("queued", 0, "video"), (
            created.GetProperty("status").GetString(), created.GetProperty("progress").GetInt32(), created.GetProperty("object").GetString()));
        var video = await shared.Gateway.FinishAsync(created.GetProperty("id").GetString()!);
        Assert.True(video.GetProperty("status").GetString() == "completed", video.ToString());
        Assert.NotEmpty(await shared.Gateway.Client.GetByteArrayAsync($"/v1/videos/{video.GetProperty("id")}/content", Cancellation));
        var row = (await SubmissionAsync(video)).Row;
        return (Shown(video), $"{row.Provider} {row.Model} {row.Prompt}");
    }

    private async Task<(int Status, JsonElement Body)> SendAsync(SampleFile sample)
    {
        var picture = await shared.Gateway.Client.GetByteArrayAsync(new Uri(shared.Gateway.Sandbox.BaseUrl, "/_sandbox/samples/ref.png?size=720x1280"), Cancellation);
        using var request = sample.ToRequest(picture);
        using var response = await shared.Gateway.Client.SendAsync(request, Cancellation);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement);
    }

    // The one submission that made it, in the upstream's own record.
    private async Task<SubmissionReport> SubmissionAsync(JsonElement video)
    {
        var task = await shared.Gateway.AdminTaskAsync(video.GetProperty("id").GetString()!);
        var attempt = Assert.Single(task.GetProperty("attempts").EnumerateArray());

        // Pictures come with the answer: there is no id to poll, and the prompts of their samples are unlike each other.
        return attempt.TryGetProperty("upstream_id", out var id)
            ? Assert.Single(shared.Gateway.Sandbox.Submissions, report => report.Row.UpstreamId == id.GetString())
            : Assert.Single(shared.Gateway.Sandbox.Submissions, report => report.Row.Accepted && report.Row.Prompt == video.GetProperty("prompt").GetString());
    }

    private static string Shown(JsonElement video)
    {
        var effective = video.GetProperty("effective");
        var warnings = video.TryGetProperty("warnings", out var list)
            ? list.EnumerateArray().Select(warning => $"{warning.GetProperty("param")}:{warning.GetProperty("code")}") : [];
        return string.Join(' ', new[]
        {
            video.GetProperty("model").GetString(), video.GetProperty("seconds").GetString(), video.GetProperty("size").GetString(),
            effective.GetProperty("mode").GetString(), effective.TryGetProperty("tier", out var tier) ? tier.GetString() : "-",
        }.Concat(warnings));
    }
}
