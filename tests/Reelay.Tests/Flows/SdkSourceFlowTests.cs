using System.ClientModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Videos;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>The published packages against the gateway: what goes on from earlier videos, characters and uploads.</summary>
public sealed class SdkSourceFlowTests(SdkSourceFlowTests.World world) : IClassFixture<SdkSourceFlowTests.World>
{
    /// <summary>The small clip for everything.</summary>
    public sealed class World : FlowWorld;

    [Fact]
    public async Task The_npm_package_edits_extends_remixes_and_names_characters()
    {
        using var folder = new TemporaryFolder();
        var (clip, picture) = (folder.File("clip.mp4"), folder.File("frame.png"));
        await File.WriteAllBytesAsync(clip, Uploads.Clip(1280, 720), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(picture, PngImage.Gradient(1280, 720), TestContext.Current.CancellationToken);
        var result = await NodeScripts.RunAsync(world.Gateway, "gateway-edits", clip, picture);

        Assert.Equal(result.GetProperty("ada").GetRawText(), result.GetProperty("again").GetRawText());
        var id = result.GetProperty("source").GetProperty("video").Text("id");
        var extensionId = result.GetProperty("extension").GetProperty("video").Text("id");
        await AssertAsync(result, "source", "sora-2", null);
        await AssertAsync(result, "extension", "sora-2", id);
        await AssertAsync(result, "edit", "sora-2", extensionId);
        await AssertAsync(result, "remix", "sora-2", id);
        await AssertAsync(result, "file", "sora-2-pro", null);
        await AssertAsync(result, "upload", "sora-2", null);
        await AssertAsync(result, "longer", "sora-2", null);

        var sent = world.Wire.Create("Ada meets Bob");
        Assert.Equal(2, sent.Parts().Count(part => part.Name == "characters[][id]"));
        Assert.Equal(PngImage.Gradient(1280, 720), sent.Parts().Single(part => part.Name == "input_reference").Bytes);
        Assert.Equal(("8", "1280x720"), (sent.Field("seconds"), sent.Field("size")));

        var refused = result.GetProperty("refused");
        AssertError(refused, "unknown", "NotFoundError", "video_not_found");
        AssertError(refused, "character", "NotFoundError", "character_not_found");
        AssertError(refused, "picture", "NotFoundError", "file_not_found");
        AssertError(refused, "seconds", "BadRequestError", "invalid_seconds");
        AssertError(refused, "early", "NotFoundError", "video_not_completed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_dotnet_package_remixes(bool isAsync)
    {
        var source = await world.CompleteAsync(new { prompt = FlowWorld.Prompt(), model = "sora-2-pro" });
        var client = new VideoClient(new ApiKeyCredential("sk-reelay-sandbox"), new VideoClientOptions { Endpoint = new Uri(world.Gateway.BaseUrl, "/v1") });
        var prompt = FlowWorld.Prompt("bluer");
        using var body = BinaryContent.Create(BinaryData.FromString($$"""{"prompt":"{{prompt}}"}"""));
        var made = isAsync
            ? await client.CreateVideoRemixAsync(source.Id, body, "application/json", null)
            : client.CreateVideoRemix(source.Id, body, "application/json", null);
        var remix = JsonNode.Parse(made.GetRawResponse().Content)!;
        Assert.Equal((source.Id, "sora-2-pro", prompt), ((string?)remix["remixed_from_video_id"], (string?)remix["model"], (string?)remix["prompt"]));
        await world.CheckAsync(await world.Gateway.FinishAsync((string)remix["id"]!));
        Assert.Equal(source.Attempt.Text("upstream_id"), world.Wire.Create(prompt).Field("video[id]"));
    }

    private async Task AssertAsync(JsonElement result, string name, string model, string? sourceId)
    {
        var made = result.GetProperty(name);
        var video = made.GetProperty("video");
        await world.CheckAsync(video);
        Assert.Equal((model, sourceId), (video.Text("model"), video.TryGetProperty("remixed_from_video_id", out var id) ? id.GetString() : null));
        Assert.Equal(StandInClipStore.Clip.Length, made.GetProperty("size").GetInt32());
        Assert.Single(world.Submissions(video.Text("prompt")), report => report.Row.Accepted);
    }

    private static void AssertError(JsonElement refused, string name, string className, string code) =>
        Assert.Equal((className, code), (refused.GetProperty(name).Text("class"), refused.GetProperty(name).Text("code")));
}
