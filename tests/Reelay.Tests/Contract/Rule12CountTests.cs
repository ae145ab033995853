namespace Reelay.Tests.Contract;

/// <summary>Rule 12: <c>n</c> up to the catalog's maximum, priced n times; results as links only.</summary>
[Collection(ContractGateway.Name)]
public sealed class Rule12CountTests(ContractGateway shared)
{
    [Theory]
    [InlineData("n:1", "n=1 price=$0.4")]
    [InlineData("n:null", "n=1")]
    [InlineData("model:'gpt-image-2', n:2", "n=2 price=$0.12")]
    [InlineData("model:'gpt-image-2', n:'10', tier:'2k', quality:'low'", "n=10 price=$0.25")]
    [InlineData("model:'gpt-image-2', n:3.0, image:PNG", "n=3 mode=edit price=$0.18 media=reference_image:png")]
    [InlineData("response_format:'url'", "n=1")]
    [InlineData("model:'gpt-image-2', response_format:'url', n:4", "n=4")]
    public Task Is_taken_and_priced(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    [InlineData("n:2", "400 unsupported_parameter n", "`2` | `sora-2` | Allowed: 1.")]
    [InlineData("model:'kling-v3', n:2", "400 unsupported_parameter n", "`2` | `kling-v3` | Allowed: 1.")]
    [InlineData("model:'gpt-image-2', n:11", "400 unsupported_parameter n", "`11` | `gpt-image-2` | Allowed: 1 to 10.")]
    [InlineData("n:0", "400 invalid_type n", "`0` | at least 1")]
    [InlineData("n:-1", "400 invalid_type n", "`-1` | at least 1")]
    [InlineData("n:1.5", "400 invalid_type n", "`1.5` | whole number")]
    [InlineData("n:'many'", "400 invalid_type n", "`many` | whole number")]
    [InlineData("response_format:'b64_json'", "400 unsupported_parameter response_format", "`b64_json` | Allowed: url | GET /v1/videos/{id}/content")]
    [InlineData("model:'gpt-image-2', response_format:'b64_json'", "400 unsupported_parameter response_format", "`b64_json` | url")]
    public Task Is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Fact]
    public async Task Several_are_listed_and_each_is_served_by_its_index()
    {
        var gateway = shared.Gateway;
        var id = await gateway.OrderAsync(body: new { model = "gpt-image-2", prompt = "two foxes", n = 2 });
        var video = await gateway.FinishAsync(id);
        var outputs = video.GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal([0, 1], outputs.Select(output => output.GetProperty("index").GetInt32()));
        using var anybody = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var (output, index) in outputs.Select((output, index) => (output, index)))
        {
            var byKey = await gateway.Client.GetByteArrayAsync($"/v1/videos/{id}/content?index={index}", TestContext.Current.CancellationToken);
            Assert.Equal(byKey, await anybody.GetByteArrayAsync(output.GetProperty("url").GetString(), TestContext.Current.CancellationToken));
        }

        var (status, refused) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/content?index=2");
        Assert.Equal((400, "index"), (status, refused.GetProperty("error").GetProperty("param").GetString()));
        var single = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model = "gpt-image-2", prompt = "one fox" }));
        Assert.False(single.TryGetProperty("outputs", out _));
    }
}
