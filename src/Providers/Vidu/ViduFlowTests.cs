using System.Net;
using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Flows;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>Vidu's public names through the whole gateway to the sandbox and back.</summary>
public sealed class ViduFlowTests(ViduFlowTests.World world) : IClassFixture<ViduFlowTests.World>
{
    private static readonly string Picture = "data:image/png;base64," + Convert.ToBase64String(PngImage.Gradient(640, 360));

    public sealed class World : FlowWorld
    {
        // A lost answer is looked for as soon as it can have arrived.
        private protected override Dictionary<string, string?> Settings => new()
        {
            ["Reelay:Channels:sandbox_vidu:CallSeconds"] = "3", ["Reelay:Channels:sandbox_vidu:Options:search_delay_seconds"] = "0",
        };
    }

    [Theory]
    [InlineData("viduq3-turbo", "{}", "text2video", 4, "720p", "16:9", true, 220_000)]
    [InlineData("viduq3-turbo", """{"seconds":"8","size":"720x1280","audio":false,"seed":7}""", "text2video", 8, "720p", "9:16", false, 440_000)]
    [InlineData("viduq3-turbo", """{"size":"540p","aspect_ratio":"3:4","duration":1}""", "text2video", 1, "540p", "3:4", true, 35_000)]
    [InlineData("viduq3-turbo", """{"image":"P","resolution":"1080p"}""", "img2video", 4, "1080p", null, true, 260_000)]
    [InlineData("viduq3-turbo", """{"images":["P","P"]}""", "start-end2video", 4, "720p", null, true, 220_000)]
    [InlineData("viduq3-turbo", """{"images":["P"],"last_frame":"P"}""", "start-end2video", 4, "720p", null, true, 220_000)]
    [InlineData("viduq3-turbo", """{"images":["P","P"],"mode":"r2v"}""", "reference2video", 4, "720p", "16:9", true, 200_000)]
    [InlineData("viduq3-turbo", """{"images":["P","P","P"],"tier":"540p"}""", "reference2video", 4, "540p", "16:9", true, 80_000)]
    [InlineData("viduq3-pro", """{"tier":"1080p","seconds":16}""", "text2video", 16, "1080p", "16:9", true, 1_920_000)]
    [InlineData("viduq3-pro-fast", """{"input_reference":"P"}""", "img2video", 4, "720p", null, true, 400_000)]
    [InlineData("viduq3-mix", """{"reference_images":["P"]}""", "reference2video", 4, "720p", "16:9", true, 480_000)]
    public async Task Every_public_name_goes_to_the_endpoint_of_its_mode(
        string model, string fields, string endpoint, int seconds, string resolution, string? ratio, bool audio, long price)
    {
        var prompt = FlowWorld.Prompt();
        var order = JsonNode.Parse(fields.Replace("\"P\"", $"\"{Picture}\"", StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = (model, prompt);
        var made = await world.CompleteAsync(order);
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/vidu/ent/v2/" + endpoint, sent.Url.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(
            (model, seconds, resolution, ratio, audio),
            ((string?)sent.Json["model"], (int)sent.Json["duration"]!, (string?)sent.Json["resolution"], (string?)sent.Json["aspect_ratio"], (bool)sent.Json["audio"]!));
        Assert.Equal(price, made.PriceMicros);
        Assert.Equal(made.Attempt.GetProperty("upstream_id").GetString(), world.Submission(prompt).Row.UpstreamId);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
    }

    [Fact]
    public async Task A_refusal_of_the_work_costs_nothing_and_names_no_vendor()
    {
        var video = await world.MakeAsync(new { model = "viduq3-turbo", prompt = FlowWorld.Prompt("[fail:content_policy]") });
        await world.CheckFailedAsync(video, "content_policy_violation");
        Assert.DoesNotMatch("(?i)vidu|CreationPolicy|HTTP|channel", video.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_lost_answer_is_found_again_by_its_payload()
    {
        var prompt = FlowWorld.Prompt("[drop:after-accept]");
        var made = await world.CompleteAsync(new { model = "viduq3-turbo", prompt });
        Assert.Equal(made.Attempt.GetProperty("upstream_id").GetString(), world.Submission(prompt).Row.UpstreamId);
        Assert.Single(world.Wire.Creates(prompt));
    }

    [Fact]
    public async Task An_order_that_may_have_been_lost_on_its_way_is_not_sent_again()
    {
        var prompt = FlowWorld.Prompt("[drop]");
        var video = await world.MakeAsync(new { model = "viduq3-turbo", prompt });
        await world.CheckFailedAsync(video, "submission_outcome_unknown");
        Assert.Single(world.Wire.Creates(prompt));
    }

    [Fact]
    public async Task A_cancel_that_comes_before_the_work_costs_nothing()
    {
        world.Freeze(true);
        try
        {
            var (_, made) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "viduq3-turbo", prompt = FlowWorld.Prompt() });
            var id = made.GetProperty("id").GetString()!;
            await world.Gateway.AdminUntilAsync(id, "submitted");
            await world.Gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
            await world.CheckFailedAsync(await world.Gateway.FinishAsync(id), "cancelled");
        }
        finally
        {
            world.Freeze(false);
        }
    }
}

/// <summary>Callbacks over real HTTP, from the sandbox's Vidu to a server that polls hours apart: what ends was told by one.</summary>
public sealed class ViduCallbackFlowTests(ViduCallbackFlowTests.World world) : IClassFixture<ViduCallbackFlowTests.World>
{
    /// <summary>One server for the class.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal GatewayHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await StartAsync();

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }

    [Theory]
    [InlineData("a boat")]
    [InlineData("a boat [callback:twice]")]
    [InlineData("a boat [callback:reversed]")]
    [InlineData("a boat [callback:forged]")]
    [InlineData("a boat [callback:early]")]
    [InlineData("a boat [drop:after-accept]")]
    [InlineData("a boat [drop:after-accept] [callback:forged]")]
    [InlineData("a boat [garbage]")]
    public async Task A_result_is_there_long_before_the_first_poll_would_be_due_and_a_lost_answer_is_settled(string prompt)
    {
        var id = await world.Host.OrderAsync(body: new { model = "viduq3-turbo", prompt });
        Assert.Equal("completed", (await world.Host.FinishAsync(id)).GetProperty("status").GetString());
        var attempt = Assert.Single((await world.Host.AdminTaskAsync(id)).GetProperty("attempts").EnumerateArray());
        Assert.Contains(world.Host.Sandbox.Submissions, report => report.Row.UpstreamId == attempt.GetProperty("upstream_id").GetString());
    }

    // Whoever learned the address alone can say nothing by it.
    [Fact]
    public async Task A_callback_without_a_signature_settles_no_lost_answer()
    {
        await using var host = await StartAsync(new() { ["Reelay:Engine:ReconcileHoldSeconds"] = "0", ["Reelay:Channels:sandbox_vidu:CallSeconds"] = "1" });
        host.Sandbox.Faults.Add("vidu", SimulatedCall.List, "http:500");
        var id = await host.OrderAsync(body: new { model = "viduq3-turbo", prompt = "a boat [drop:after-accept] [callback:never]" });
        await host.AdminUntilAsync(id, "reconciling");
        var job = Assert.Single(host.Sandbox.Submissions).Row;
        var url = new Uri((string)host.Sandbox.Core.Store.FindJob("vidu", job.UpstreamId!)!.Details!["callback_url"]!);
        using var forged = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent($$"""{"id":"{{job.UpstreamId}}","state":"success"}""") };
        using var taken = await host.Client.SendAsync(forged, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);

        var video = await host.FinishAsync(id);
        Assert.Equal("submission_outcome_unknown", video.GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<GatewayHost> StartAsync(Dictionary<string, string?>? more = null)
    {
        // The address must be known before the server listens.
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = url,
            ["Reelay:PublicUrl"] = url,
            ["Reelay:Channels:sandbox_vidu:ExpectedSeconds"] = "80000",
            ["Reelay:Channels:sandbox_vidu:MinPollMilliseconds"] = "50",
            ["Reelay:Channels:sandbox_vidu:CallSeconds"] = "60",
        };
        foreach (var (name, value) in more ?? []) settings[name] = value;
        return await GatewayHost.StartAsync(settings, new SandboxOptions { Duration = 0.3, Render = RenderMode.StandIn });
    }
}
