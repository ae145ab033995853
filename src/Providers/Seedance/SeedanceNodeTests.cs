using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>What others wrote, over real HTTP: the AI SDK finds in the sandbox what it finds at Ark, and our adapter understands another team's mock.</summary>
public sealed class SeedanceNodeTests
{
    private const string AiSdk = "npm `@ai-sdk/bytedance`";
    private const string Mock = "npm `@copilotkit/aimock`";

    [Fact]
    [Proves("seedance", AiSdk)]
    public async Task The_ai_sdk_orders_polls_and_downloads_and_reads_our_refusals()
    {
        await using var sandbox = await NodeSandbox.StartAsync();

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["SEEDANCE_BASE_URL"] = sandbox.Url("seedance/api/v3"), ["ARK_API_KEY"] = "ark-sandbox-seedance",
                ["REELAY_ORDERS"] = ProofClaims.Orders("seedance"),
            },
            "seedance", sandbox.Picture, ProofClaims.Prompt(AiSdk));

        foreach (var (name, tokens) in new[] { ("text", 1248 * 704 * 121 / 1024), ("frames", 1280 * 720 * 145 / 1024), ("material", 40_594) })
        {
            var made = result.GetProperty(name);
            Assert.Matches("^cgt-20[0-9]{12}-[0-9a-z]{5}$", made.GetProperty("id").GetString());
            Assert.Equal(
                (name, tokens, 200, StandInClipStore.Clip.Length),
                (name, made.GetProperty("tokens").GetInt32(), made.GetProperty("status").GetInt32(), made.GetProperty("bytes").GetInt32()));
        }

        foreach (var (name, status, words) in new[]
        {
            ("seed", 400, "seed is not supported for model doubao-seedance-2-0-260128, must be empty"), ("length", 400, "duration is not supported"),
            ("mixed", 400, "cannot be mixed with reference media content"), ("model", 404, "does not exist"), ("key", 401, "API key"),
            ("refused", 400, "sensitive information"),
        })
        {
            var failure = result.GetProperty(name);
            Assert.Equal((name, "AI_APICallError", status), (name, failure.GetProperty("class").GetString(), failure.GetProperty("status").GetInt32()));
            Assert.Contains(words, failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("BYTEDANCE_VIDEO_GENERATION_FAILED", result.GetProperty("failed").GetProperty("class").GetString());
        Assert.Contains("\"status\":\"failed\"", result.GetProperty("failed").GetProperty("message").GetString(), StringComparison.Ordinal);
        ProofClaims.Check(sandbox.Host, "seedance", AiSdk, result.GetProperty("swept"));
    }

    [Fact]
    [Proves("seedance", Mock)]
    public async Task Our_adapter_reads_what_another_teams_mock_of_ark_answers_and_survives_its_chaos()
    {
        using var mock = await NodeScripts.StartMockAsync("aimock-seedance", "https://cdn.example/fox.mp4");
        var test = new SeedanceCase();
        var account = test.Account(baseUrl: mock.Url + "/api/v3") with { Http = mock.Http };

        var driven = ProofClaims.UpstreamModels("seedance", "t2v", "i2v");
        foreach (var model in driven)
        {
            var made = Assert.IsType<PollResult.Succeeded>(await FinishAsync(test, account, "a fox", model));
            Assert.Equal("https://cdn.example/fox.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(made.Outputs)).Url.Value.AbsoluteUri);
            Assert.Equal(new Usage(5, OutputTokens: 108_900), made.Usage);
        }

        foreach (var (prompt, kind) in new[]
        {
            ("a wolf", ProviderErrorKind.ContentRejected), ("an owl", ProviderErrorKind.Expired), ("a hare", ProviderErrorKind.Cancelled),
        })
        {
            Assert.Equal((prompt, kind), (prompt, Assert.IsType<PollResult.Failed>(await FinishAsync(test, account, prompt)).Kind));
        }

        // This mock gives its own errors no code, so they are no documented refusals; and chaos never is.
        foreach (var prompt in new[] { "a bear", "a mole", "a crow" })
        {
            var unknown = await Assert.ThrowsAsync<ProviderException>(() => FinishAsync(test, account, prompt));
            Assert.Equal((prompt, ProviderErrorKind.OutcomeUnknown), (prompt, unknown.Kind));
        }

        var missing = await Assert.ThrowsAsync<ProviderException>(
            () => test.Provider.PollAsync(account, SeedanceCase.Reference(), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.NotFound, missing.Kind);
        ProofClaims.Check("seedance", Mock, driven);
    }

    private static Task<PollResult> FinishAsync(SeedanceCase test, ProviderAccount account, string prompt, string model = SeedanceCase.Pro)
    {
        var isFrame = model.Contains("-i2v-", StringComparison.Ordinal);
        var order = test.Order(
            account, SeedanceCase.Boat with { Prompt = prompt, UpstreamModel = model, Mode = isFrame ? "i2v" : "t2v" },
            isFrame ? [SeedanceCase.File(MediaRole.FirstFrame)] : []);
        return NodeMock.FinishAsync(test.Provider, order);
    }
}
