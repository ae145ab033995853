using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Videos;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>Both clients that OpenAI publishes, over real HTTP, order every model of the sandbox.</summary>
public sealed class OpenAiClientsNodeTests
{
    private const string Npm = "npm `openai`";
    private const string NuGet = "NuGet `OpenAI`";

    [Fact]
    [Proves("openai", Npm)]
    public async Task The_npm_client_makes_a_video_of_every_model()
    {
        await using var sandbox = await StartAsync();
        var swept = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["OPENAI_BASE_URL"] = new Uri(sandbox.BaseUrl, "openai/v1").ToString(), ["OPENAI_API_KEY"] = "sk-sandbox-openai",
                ["REELAY_ORDERS"] = ProofClaims.Orders("openai"),
            },
            "every-video", ProofClaims.Prompt(Npm));
        ProofClaims.Check(sandbox, "openai", Npm, swept);
    }

    [Fact]
    [Proves("openai", NuGet)]
    public async Task The_dotnet_client_makes_a_video_of_every_model()
    {
        await using var sandbox = await StartAsync();
        var client = new VideoClient(
            new ApiKeyCredential("sk-sandbox-openai"), new VideoClientOptions { Endpoint = new Uri(sandbox.BaseUrl, "openai/v1") });
        var options = new RequestOptions { CancellationToken = TestContext.Current.CancellationToken };
        var swept = new Dictionary<string, int>();
        foreach (var model in ProofClaims.UpstreamModels("openai", "t2v"))
        {
            using var body = BinaryContent.Create(BinaryData.FromObjectAsJson(new { model, prompt = ProofClaims.Prompt(NuGet), seconds = "4" }));
            var video = Json(await client.CreateVideoAsync(body, "application/json", options));
            var id = video.GetProperty("id").GetString()!;
            while (video.GetProperty("status").GetString() is "queued" or "in_progress")
            {
                await GatewayHost.PauseAsync();
                video = Json(await client.GetVideoAsync(id, options));
            }

            swept[model] = (await client.DownloadVideoAsync(id, null, options)).GetRawResponse().Content.ToArray().Length;
        }

        Assert.All(swept.Values, size => Assert.Equal(StandInClipStore.Clip.Length, size));
        ProofClaims.Check(sandbox, "openai", NuGet, JsonSerializer.SerializeToElement(swept));
    }

    private static Task<SandboxHost> StartAsync() => SandboxHost.StartAsync(new() { Duration = 0.2, Render = RenderMode.StandIn });

    private static JsonElement Json(ClientResult result) => JsonElement.Parse(result.GetRawResponse().Content.ToString());
}
