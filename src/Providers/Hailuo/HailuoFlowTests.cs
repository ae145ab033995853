using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>The gateway's own name through the whole server: which of the vendor's models it means, and with which words.</summary>
public sealed class HailuoFlowTests
{
    private static readonly string Frame = "data:image/png;base64," + Convert.ToBase64String(PngImage.Gradient(640, 360));

    public static TheoryData<string, string> Orders => new()
    {
        { """{"prompt":"a boat"}""", "MiniMax-Hailuo-2.3 6 768P" },
        { """{"prompt":"a boat","seconds":7}""", "MiniMax-Hailuo-2.3 10 768P" },
        { """{"prompt":"a boat","size":"1920x1080"}""", "MiniMax-Hailuo-2.3 6 1080P" },
        { """{"prompt":"a boat","tier":"1080p","seconds":3}""", "MiniMax-Hailuo-2.3 6 1080P" },
        { """{"first_frame_image":"$"}""", "MiniMax-Hailuo-2.3 6 768P" },
        { """{"first_frame_image":"$","tier":"512p","seconds":10}""", "MiniMax-Hailuo-02 10 512P" },
        { """{"first_frame_image":"$","last_frame_image":"$"}""", "MiniMax-Hailuo-02 6 768P" },
        { """{"prompt":"she walks","reference_images":["$"],"mode":"reference_images"}""", "S2V-01" },
    };

    [Theory, MemberData(nameof(Orders))]
    public async Task Hailuo_video_means_a_model_of_the_vendors_by_what_is_ordered(string body, string expected)
    {
        await using var host = await StartAsync("");
        using var admin = host.NewClient(host.AdminKey);
        var order = JsonNode.Parse(body.Replace("$", Frame, StringComparison.Ordinal))!.AsObject();
        order["model"] = "hailuo-video";
        Assert.Equal(expected, await SentAsync(host, admin, order));
    }

    [Theory]
    [InlineData("""{"prompt":"a boat","seconds":11}""", "6, 10")]
    [InlineData("""{"prompt":"a boat","seconds":10,"tier":"1080p"}""", "6")]
    [InlineData("""{"prompt":"a boat","size":"1280x720"}""", "1366x768")]
    [InlineData("""{"prompt":"a boat","aspect_ratio":"9:16"}""", "1366x768")]
    [InlineData("""{"prompt":"a boat","audio":true}""", "no sound")]
    public async Task What_it_cannot_make_is_refused_with_what_it_can(string body, string allowed)
    {
        await using var host = await StartAsync("");
        var order = JsonNode.Parse(body)!.AsObject();
        order["model"] = "hailuo-video";
        var (status, answer) = await host.SendAsync(HttpMethod.Post, "/v1/videos", order.ToJsonString());
        Assert.Equal(400, status);
        Assert.Contains(allowed, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Sandbox.Submissions);
    }

    [Theory]
    [InlineData("MiniMax-Hailuo-02,S2V-01", "MiniMax-Hailuo-02")]
    [InlineData("hailuo-video=MiniMax-H3", "MiniMax-H3")]
    public async Task Its_target_is_a_matter_of_channels(string models, string expected)
    {
        await using var host = await StartAsync(models);
        var id = await host.OrderAsync(body: new { model = "hailuo-video", prompt = "a boat" });
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Equal(expected, Assert.Single(host.Sandbox.Submissions).Row.Model);
    }

    // The first protocol goes on upstream; the task ends all the same, as wherever nothing can be cancelled.
    [Theory]
    [InlineData("hailuo-video")]
    [InlineData("MiniMax-H3")]
    public async Task A_cancel_ends_the_task_whether_the_upstream_can_stop_or_not(string model)
    {
        await using var host = await StartAsync("");
        host.Sandbox.Core.SetSpeed(0.000001, null);
        var id = await host.OrderAsync(body: new { model, prompt = "a boat" });
        await host.AdminUntilAsync(id, "submitted");
        await host.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
        Assert.Equal("cancelled", (await host.FinishAsync(id)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(model == "MiniMax-H3" ? "cancelled" : "queued", Assert.Single(host.Sandbox.Submissions).State);
    }

    private static Task<GatewayHost> StartAsync(string models)
    {
        var settings = new Dictionary<string, string?>();
        if (models.Length > 0) settings["Reelay:Channels:sandbox_hailuo:Models"] = models;
        return GatewayHost.StartAsync(settings, new SandboxOptions { Duration = 0.1, Render = RenderMode.StandIn });
    }

    private static async Task<string> SentAsync(GatewayHost host, HttpClient admin, JsonObject order)
    {
        var (status, body) = await host.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=true", order, admin);
        Assert.True(status == 200, body.GetRawText());
        var json = body.GetProperty("explain").GetProperty("request").GetProperty("json");
        return string.Join(' ', new[] { "model", "duration", "resolution" }.Select(name => json.TryGetProperty(name, out var value) ? value.ToString() : "")).Trim();
    }
}
