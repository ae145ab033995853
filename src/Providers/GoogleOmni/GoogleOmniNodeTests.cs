using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.GoogleOmni;

/// <summary>Packages that others wrote, over real HTTP: Google's client and the AI SDK speak to our Interactions API.</summary>
public sealed class GoogleOmniNodeTests
{
    private const string Genai = "npm `@google/genai`";
    private const string AiSdk = "npm `@ai-sdk/google`";

    [Fact]
    [Proves("google_omni", Genai)]
    [Proves("google_omni", AiSdk)]
    public async Task Googles_client_and_the_ai_sdk_make_cancel_and_delete_interactions()
    {
        await using var sandbox = await SandboxHost.StartAsync(new() { Duration = 0.2, Render = RenderMode.StandIn });

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["GOOGLE_ROOT"] = new Uri(sandbox.BaseUrl, "google-omni").ToString(),
                ["GOOGLE_KEY"] = "AIzaSandboxGoogle0000000000000000000000",
                ["GOOGLE_TOKEN"] = "ya29.sandbox",
                ["REELAY_ORDERS"] = ProofClaims.Orders("google_omni"),
            },
            "google-omni", ProofClaims.Prompt(Genai), ProofClaims.Prompt(AiSdk));

        var size = StandInClipStore.Clip.Length;
        Assert.Equal("in_progress", Text(result.GetProperty("created"), "status"));
        Assert.Equal(("completed", 17_376), (Text(result.GetProperty("made"), "status"), result.GetProperty("made").GetProperty("tokens").GetInt32()));
        var file = result.GetProperty("file");
        Assert.Equal((200, "video/mp4", size), (file.GetProperty("status").GetInt32(), Text(file, "type"), file.GetProperty("bytes").GetInt32()));
        Assert.Equal(("completed", "text"), (Text(result.GetProperty("refused"), "status"), result.GetProperty("refused").GetProperty("types")[0].GetString()));
        Assert.Equal("cancelled", result.GetProperty("cancelled").GetString());
        Assert.True(result.GetProperty("deleted").GetBoolean());
        Assert.Equal(("completed", size), (Text(result.GetProperty("blocking"), "status"), result.GetProperty("blocking").GetProperty("bytes").GetInt32()));
        Assert.StartsWith("gs://clips/out/", Text(result.GetProperty("vertex"), "uri"), StringComparison.Ordinal);
        var made = Assert.Single(result.GetProperty("aiSdk").EnumerateArray());
        Assert.Equal(("video/mp4", size), (Text(made, "type"), made.GetProperty("bytes").GetInt32()));
        Assert.Equal((400, 400), (result.GetProperty("unknown").GetProperty("status").GetInt32(), result.GetProperty("length").GetProperty("status").GetInt32()));
        ProofClaims.Check(sandbox, "google_omni", Genai, result.GetProperty("swept").GetProperty("genai"));
        ProofClaims.Check(sandbox, "google_omni", AiSdk, result.GetProperty("swept").GetProperty("aiGoogle"));
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
