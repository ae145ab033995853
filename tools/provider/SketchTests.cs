using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Sketch;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Sketch;

/// <summary>What goes over the wire, to the byte. What every provider must do is in <see cref="SketchConformanceTests"/>.</summary>
public sealed class SketchTests
{
    [Fact]
    public async Task A_create_holds_what_the_protocol_names_and_nothing_else()
    {
        var upstream = new RecordingUpstream().Answer(200, """{"id":"gen_1","status":"queued"}""");
        var account = new ProviderAccount
        {
            ChannelId = "channel-1",
            BaseUrl = new("https://api.sketch.example/v1"),
            Credential = new ProviderCredential.ApiKey("sk-test-secret-0001"),
            Http = new HttpMessageInvoker(upstream),
            Time = TimeProvider.System,
        };
        var request = new ProviderRequest { UpstreamModel = "sketch-1", Mode = "t2v", Prompt = "A paper boat", Seconds = 4, WidthPixels = 1280, HeightPixels = 720 };
        await new SketchProvider().SubmitAsync(
            new() { Account = account, Request = request, AttemptToken = "att_7", Deadline = DateTimeOffset.MaxValue }, TestContext.Current.CancellationToken);

        var expected = new JsonObject
        {
            ["model"] = "sketch-1", ["prompt"] = "A paper boat", ["seconds"] = 4, ["size"] = "1280x720", ["client_reference"] = "att_7",
        };
        Assert.Equal("https://api.sketch.example/v1/generations", upstream.Request.Url.AbsoluteUri);
        Assert.Equal("Bearer sk-test-secret-0001", upstream.Request.Headers["Authorization"]);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(upstream.Request.Body)), upstream.Request.Body);
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(upstream.Request.Body).ValueKind);
    }
}
