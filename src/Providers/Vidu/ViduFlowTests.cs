using System.Net;
using System.Text.Json.Nodes;
using Reelay.Simulators;
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
            ["Reelay:Channels:sandbox_vidu:Options:trust_absence"] = "true",
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
        Assert.DoesNotMatch("(?i)vidu|HTTP|channel", video.GetProperty("error").GetProperty("message").GetString());
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
    public async Task An_order_that_never_arrived_is_sent_again_where_the_channel_trusts_the_list()
    {
        var prompt = FlowWorld.Prompt();
        world.Gateway.Sandbox.Core.Faults.Add("vidu", SimulatedCall.Create, "drop", count: 1);
        var video = await world.MakeAsync(new { model = "viduq3-turbo", prompt });
        Assert.Equal("completed", video.GetProperty("status").GetString());
        Assert.Equal([true, false], world.Submissions(prompt).Select(report => report.Row.Accepted));
    }

    [Fact]
    public async Task A_cancel_that_comes_before_the_work_costs_nothing()
    {
        world.Freeze(true);
        try
        {
            var prompt = FlowWorld.Prompt();
            var id = await world.Gateway.OrderAsync(body: new { model = "viduq3-turbo", prompt });
            await world.Gateway.AdminUntilAsync(id, "submitted");
            await world.Gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
            await world.CheckFailedAsync(await world.Gateway.FinishAsync(id), "cancelled");
            Assert.NotNull(world.Job(prompt).CancelledAt);
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

    // Whoever learned the address alone can say nothing by it; with the signature the same body settles the order.
    [Fact]
    public async Task A_lost_answer_is_settled_by_a_signed_callback_and_by_no_other()
    {
        await using var host = await StartAsync(jobSeconds: 0);
        host.Sandbox.Core.Faults.Add("vidu", SimulatedCall.List, "http:500");
        var id = await host.OrderAsync(body: new { model = "viduq3-turbo", prompt = "a boat [drop:after-accept] [callback:never]" });
        await host.AdminUntilAsync(id, "reconciling");
        var job = Assert.Single(host.Sandbox.Submissions).Row.UpstreamId!;
        var url = new Uri((string)host.Sandbox.Core.Store.FindJob("vidu", job)!.Details!["callback_url"]!);

        await PostAsync(host, url, job, []);
        await PostAsync(host, url, job, ViduCase.Signed("vda_another_key", url, TimeProvider.System.GetUtcNow()));
        Assert.False((await host.AdminTaskAsync(id)).GetProperty("attempts")[0].TryGetProperty("upstream_id", out _));

        await PostAsync(host, url, job, ViduCase.Signed("vda_sandbox_vidu", url, TimeProvider.System.GetUtcNow()));
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
    }

    // Posts and waits until the task's owner has judged it.
    private static async Task PostAsync(GatewayHost host, Uri url, string job, Dictionary<string, string> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent($$"""{"id":"{{job}}","state":"success"}""") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var taken = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        while (host.Database(Waiting) > 0) await GatewayHost.PauseAsync();
    }

    private static long Waiting(System.Data.Common.DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM task_inbox";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task<GatewayHost> StartAsync(double jobSeconds = 0.3)
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
        return await GatewayHost.StartAsync(settings, new SandboxOptions { Duration = jobSeconds, Render = RenderMode.StandIn });
    }
}
