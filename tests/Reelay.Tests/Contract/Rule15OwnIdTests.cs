using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract;

/// <summary>Rule 15: the caller's own ids are stored and echoed; they never leave in clear.</summary>
[Collection(ContractGateway.Name)]
public sealed class Rule15OwnIdTests(ContractGateway shared)
{
    [Theory]
    [InlineData("external_task_id:'abc'", "id=abc")]
    [InlineData("external_task_id:17", "id=17")]
    [InlineData("metadata:{external_task_id:'abc'}", "id=abc")]
    [InlineData("external_task_id:null", "id=-")]
    [InlineData("external_task_id:''", "id=-")]
    [InlineData("model:'kling-v3', external_task_id:'abc'", "id=abc")]
    [InlineData("model:'lab', user:'u-1'", "user=u-1")]
    [InlineData("model:'gpt-image-2', user:'u-1'", "user=u-1 warn=-")]
    [InlineData("user:'u-1'", "user=u-1 warn=user:unsupported_parameter")]
    [InlineData("user:17", "user=17 warn=user:unsupported_parameter")]
    public Task Is_kept(string request, string stored) => Cases.StoredAsync(request, stored);

    [Fact]
    public Task Has_at_most_512_characters() => Cases.RefusedAsync(
        $"external_task_id:'{new string('a', 513)}'", "400 invalid_type external_task_id", "at most 512 characters");

    [Fact]
    public async Task Is_echoed_found_again_and_no_key_of_anything()
    {
        var gateway = shared.Gateway;
        const string own = "my-own-name-1";
        var ids = new List<string>();
        foreach (var user in new[] { own, "somebody" })
        {
            var (_, created) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x", external_task_id = own, user });
            Assert.Equal(own, created.GetProperty("external_task_id").GetString());
            ids.Add(created.GetProperty("id").GetString()!);
        }

        // Sent twice it is two orders: it is a name, and no promise about repeats.
        Assert.Equal([ids[1], ids[0]], await FindAsync(gateway, "external_task_id=" + own));
        Assert.Equal([ids[0]], await FindAsync(gateway, "user=" + own));
        Assert.Empty(await FindAsync(gateway, "external_task_id=another"));
        foreach (var id in ids) await gateway.FinishAsync(id);
        Assert.DoesNotContain(gateway.Sandbox.Submissions, report => JsonSerializer.Serialize(report).Contains(own, StringComparison.Ordinal));
    }

    private static async Task<IEnumerable<string?>> FindAsync(GatewayHost gateway, string query) =>
        (await gateway.SendAsync(HttpMethod.Get, "/v1/videos?" + query)).Body.GetProperty("data").EnumerateArray().Select(video => video.GetProperty("id").GetString());
}
