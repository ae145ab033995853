using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using OpenAI.Videos;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

/// <summary>A client that others wrote finds in the sandbox what it found at OpenAI.</summary>
public class OpenAiClientTests
{
    [Fact]
    public async Task The_official_client_creates_reads_lists_downloads_and_deletes()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        VideoClient client = new(
            new ApiKeyCredential("sk-sandbox-openai"), new VideoClientOptions { Endpoint = new Uri(sandbox.BaseUrl, "openai/v1") });
        RequestOptions options = new() { CancellationToken = TestContext.Current.CancellationToken };
        using BinaryContent body = BinaryContent.Create(BinaryData.FromString("""{"prompt":"a fox","seconds":"4"}"""));

        JsonNode created = Json(await client.CreateVideoAsync(body, "application/json", options));
        string id = (string)created["id"]!;
        time.Advance(6);
        Assert.Equal("completed", (string?)Json(await client.GetVideoAsync(id, options))["status"]);
        await foreach (ClientResult page in client.GetVideosAsync(10, "desc", null, options).GetRawPagesAsync())
            Assert.Equal(id, (string?)Json(page)["data"]![0]!["id"]);
        ClientResult content = await client.DownloadVideoAsync(id, null, options);
        Assert.Equal(StandInClipStore.Clip.ToArray(), content.GetRawResponse().Content.ToArray());
        Assert.True((bool)Json(await client.DeleteVideoAsync(id, options))["deleted"]!);
        ClientResultException missing = await Assert.ThrowsAsync<ClientResultException>(() => client.GetVideoAsync(id, options));
        Assert.Equal(404, missing.Status);
    }

    private static JsonNode Json(ClientResult result) => JsonNode.Parse(result.GetRawResponse().Content)!;
}
