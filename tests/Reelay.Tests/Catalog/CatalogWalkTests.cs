using System.Text.Json.Nodes;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;
using Reelay.Simulators;
using Reelay.Tests.Conformance;
using Reelay.Tests.Support;

namespace Reelay.Tests.Catalog;

/// <summary>
/// Every public model in every mode, through the real server and the sandbox: the smallest order there can be comes to its end, and each single
/// thing wrong with it is refused before anything is sent, with what is allowed.
/// </summary>
public sealed class CatalogWalkTests(CatalogWalkTests.World world) : IClassFixture<CatalogWalkTests.World>
{
    /// <summary>One gateway for the whole walk.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal GatewayHost Gateway { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync() => Gateway = await GatewayHost.StartAsync(
            new() { ["Reelay:PublicUrl"] = "https://gateway.example" }, new SandboxOptions { Duration = 0.1, Render = RenderMode.StandIn });

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }

    /// <summary>The providers whose models are walked.</summary>
    public static TheoryData<string> Providers => [.. new ProviderSet().Ids.Where(id => Models(id).Any())];

    [Theory, MemberData(nameof(Providers))]
    public async Task The_smallest_order_of_every_model_and_mode_is_delivered(string provider)
    {
        var faults = await Task.WhenAll(
            from model in Models(provider)
            from mode in model.Spec.Modes.Keys
            select FaultAsync(model, mode));
        Assert.True(faults.All(fault => fault is null), string.Join('\n', faults.OfType<string>()));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Each_single_thing_wrong_with_it_is_refused_with_what_is_allowed(string provider)
    {
        var (faults, count) = (new List<string>(), 0);
        foreach (var model in Models(provider))
        {
            foreach (var mode in model.Spec.Modes.Keys)
            {
                var right = await RequestAsync(model, mode);
                var before = world.Gateway.Sandbox.Submissions.Count;
                foreach (var wrong in CatalogWrongs.Of(model, mode, right))
                {
                    count++;
                    var (status, answer) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", wrong.Body);
                    var message = status == 200 ? "" : answer.GetProperty("error").GetProperty("message").GetString()!;
                    if (status != 400 || !wrong.Names.Any(name => message.Contains(name, StringComparison.Ordinal)))
                        faults.Add($"{model.Name} {mode}, {wrong.What}: {status} {message} (should name one of {string.Join(", ", wrong.Names.Take(5))})");
                }

                if (world.Gateway.Sandbox.Submissions.Count != before) faults.Add($"{model.Name} {mode}: something was submitted");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(count > 0, "nothing was tried");
    }

    private static IEnumerable<PublicModel> Models(string provider) => ConformanceOrders.Catalog.Models
        .Where(model => model.Offers[0].UpstreamModel.StartsWith(provider + ":", StringComparison.Ordinal));

    private async Task<string?> FaultAsync(PublicModel model, string mode)
    {
        var (status, made) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", await RequestAsync(model, mode));
        if (status != 200) return $"{model.Name} {mode}: {made.GetRawText()}";
        var video = await world.Gateway.FinishAsync(made.GetProperty("id").GetString()!);
        return video.GetProperty("status").GetString() == "completed" ? null : $"{model.Name} {mode}: {video.GetRawText()}";
    }

    private async Task<JsonObject> RequestAsync(PublicModel model, string mode)
    {
        var body = new JsonObject { ["model"] = model.Name, ["mode"] = mode, ["prompt"] = "a paper boat" };
        var content = new JsonArray();
        foreach (var role in model.Spec.Modes[mode].Requires.Where(role => role != "prompt"))
        {
            if (role == "source_video") body["video_id"] = await SourceAsync(model);
            else content.Add((JsonNode)CatalogWrongs.File(model, role));
        }

        if (content.Count > 0) body["content"] = content;
        return body;
    }

    // An earlier video of the same model, else of one that is edited with it, else of any of the same provider that needs text alone.
    private async Task<string> SourceAsync(PublicModel model)
    {
        var provider = model.Offers[0].UpstreamModel.Split(':')[0];
        var source = Models(provider).Where(other => other.Spec.Modes.TryGetValue("t2v", out var mode) && mode.Requires is ["prompt"])
            .OrderBy(other => other.Name == model.Name ? 0 : other.Spec.EditWith == model.Name ? 1 : 2).First();
        var id = await world.Gateway.OrderAsync(body: new { model = source.Name, prompt = "a paper boat" });
        Assert.Equal("completed", (await world.Gateway.FinishAsync(id)).GetProperty("status").GetString());
        return id;
    }
}
