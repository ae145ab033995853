using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>Packages that others wrote, over real HTTP: Google's client and the AI SDK find in the sandbox what they find at Google.</summary>
public sealed class GoogleVeoNodeTests
{
    private const string Genai = "npm `@google/genai`";
    private const string AiGoogle = "npm `@ai-sdk/google`";
    private const string AiVertex = "npm `@ai-sdk/google-vertex`";
    private const string Mock = "npm `@copilotkit/aimock`";

    [Fact]
    [Proves("google_veo", Genai)]
    [Proves("google_veo", AiGoogle)]
    [Proves("google_veo", AiVertex)]
    public async Task Googles_client_and_the_ai_sdk_order_poll_and_download_at_both_surfaces()
    {
        await using var sandbox = await NodeSandbox.StartAsync();

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["GOOGLE_ROOT"] = sandbox.Url("google-veo"),
                ["GOOGLE_KEY"] = "AIzaSandboxGoogle0000000000000000000000",
                ["GOOGLE_TOKEN"] = "ya29.sandbox",
                ["REELAY_ORDERS"] = ProofClaims.Orders("google_veo"),
            },
            "google-veo", sandbox.Picture, sandbox.PathOf("fox.mp4"), ProofClaims.Prompt(Genai), ProofClaims.Prompt(AiGoogle), ProofClaims.Prompt(AiVertex));

        var size = StandInClipStore.Clip.Length;
        var gemini = result.GetProperty("gemini");
        Assert.Matches("^models/veo-3.1-fast-generate-preview/operations/[a-z0-9]{12}$", gemini.GetProperty("name").GetString());
        Assert.Equal(size, gemini.GetProperty("bytes").GetInt32());
        Assert.Equal(1, result.GetProperty("filtered").GetProperty("count").GetInt32());
        Assert.False(result.GetProperty("filtered").TryGetProperty("error", out _));
        Assert.Equal(13, result.GetProperty("broken").GetProperty("code").GetInt32());
        Assert.Equal([size, size], result.GetProperty("vertex").GetProperty("bytes").EnumerateArray().Select(item => item.GetInt32()));
        Assert.Matches("^gs://clips/out/[0-9a-f-]{36}/sample_0.mp4$", result.GetProperty("stored").GetString());
        Assert.Equal((size, size), (result.GetProperty("aiGoogle").GetInt32(), result.GetProperty("aiVertex").GetInt32()));
        foreach (var (name, status) in new[] { ("ratio", 400), ("refused", 400), ("retired", 404), ("key", 400) })
            Assert.Equal((name, "ApiError", status), (name, result.GetProperty(name).GetProperty("class").GetString(), result.GetProperty(name).GetProperty("status").GetInt32()));
        foreach (var (client, name) in new[] { (Genai, "genai"), (AiGoogle, "aiGoogle"), (AiVertex, "aiVertex") })
            ProofClaims.Check(sandbox.Host, "google_veo", client, result.GetProperty("swept").GetProperty(name));
    }

    [Fact]
    [Proves("google_veo", Mock)]
    public async Task Our_adapter_reads_what_another_teams_mock_of_veo_answers()
    {
        using var mock = await NodeScripts.StartMockAsync("aimock-veo", "https://cdn.example/fox.mp4");
        var veo = new GoogleVeoCase();
        var account = veo.Account(GoogleVeoCase.GeminiSurface) with { BaseUrl = new(mock.Url), Http = mock.Http };

        // The Gemini API never had but the previews.
        var driven = ProofClaims.UpstreamModels("google_veo", "t2v").Where(model => model.EndsWith("-preview", StringComparison.Ordinal)).ToList();
        foreach (var model in driven)
        {
            var made = Assert.IsType<PollResult.Succeeded>(await FinishAsync(veo, account, "a fox", model));
            Assert.Equal("https://cdn.example/fox.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(made.Outputs)).Url.Value.AbsoluteUri);
        }

        var failed = Assert.IsType<PollResult.Failed>(await FinishAsync(veo, account, "a wolf"));
        Assert.Contains("no wolves today", failed.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<ProviderException>(() => FinishAsync(veo, account, "a bear"));
        Assert.Equal(ProviderErrorKind.InvalidRequest, unknown.Kind);
        ProofClaims.Check("google_veo", Mock, driven);
    }

    private static Task<PollResult> FinishAsync(GoogleVeoCase veo, ProviderAccount account, string prompt, string? model = null)
    {
        var clip = GoogleVeoCase.GeminiClip with { Prompt = prompt, UpstreamModel = model ?? GoogleVeoCase.GeminiClip.UpstreamModel };
        return NodeMock.FinishAsync(veo.Provider, veo.Order(account, clip));
    }
}
