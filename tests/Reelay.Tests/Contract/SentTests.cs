using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reelay.Tests.Contract;

/// <summary>
/// What rules 6, 7, 9, 12, 13 and 15 say is sent upstream whether it was asked for or not, and what never is: the whole first call, as an
/// operator's estimate shows it.
/// </summary>
[Collection(ContractGateway.Name)]
public sealed partial class SentTests(ContractGateway shared)
{
    // Our own marks, by which a lost submission is found again, and pictures, which an estimate does not fetch.
    private static readonly string[] _left = ["external_task_id", "image", "safety_identifier"];

    [Theory]
    [InlineData("", "prompt=x model=sora-2 seconds=4 size=720x1280")]
    [InlineData("seconds:'8s', size:'16:9', metadata:{note:'mine'}", "prompt=x model=sora-2 seconds=8 size=1280x720")]
    [InlineData("fps:30, seed:20231234, n:1, response_format:'url', user:'user-1234'", "prompt=x model=sora-2 seconds=4 size=720x1280")]
    [InlineData("model:'gpt-image-2'", "model=gpt-image-2 prompt=x n=1 size=1024x1024 quality=medium")]
    [InlineData("model:'gpt-image-2', tier:'2k', n:2, seconds:8", "model=gpt-image-2 prompt=x n=2 size=2048x2048 quality=medium")]
    [InlineData("model:'gpt-image-2', user:'user-1234', external_task_id:'mine', metadata:{note:'mine'}", "model=gpt-image-2 prompt=x n=1 size=1024x1024 quality=medium")]
    [InlineData("model:'kling-v2-6'", "model_name=kling-v2-6 prompt=x mode=std aspect_ratio=16:9 duration=5")]
    [InlineData("model:'kling-v2-6', mode:'pro'", "model_name=kling-v2-6 prompt=x sound=off mode=pro aspect_ratio=16:9 duration=5")]
    [InlineData("model:'kling-v2-6', sound:'on', image:<a.png>", "model_name=kling-v2-6 prompt=x sound=on mode=pro duration=5")]
    [InlineData("model:'kling-v3', size:'720x1280', user:'user-1234', external_task_id:'mine'",
        "model_name=kling-v3 prompt=x sound=off mode=std aspect_ratio=9:16 duration=4")]
    [InlineData("model:'kling-v3', quality:'4k'", "model_name=kling-v3 prompt=x sound=off mode=4k aspect_ratio=16:9 duration=4")]
    [InlineData("model:'kling-v3-omni', audio:true, seconds:15", "model_name=kling-v3-omni prompt=x sound=on mode=std aspect_ratio=16:9 duration=15")]
    [InlineData("model:'kling-v1', cfg_scale:0.7, negative_prompt:'rain', seed:1",
        "model_name=kling-v1 prompt=x negative_prompt=rain cfg_scale=0.7 mode=std aspect_ratio=16:9 duration=5")]
    public async Task The_first_call_says_everything_and_nothing_else(string request, string sent)
    {
        using var admin = shared.Gateway.NewClient(shared.Gateway.AdminKey);
        var (status, estimate) = await shared.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=true", Cases.Json(request), admin);
        Assert.True(status == 200, estimate.ToString());
        var call = estimate.GetProperty("explain").GetProperty("request");
        Assert.Equal(sent, string.Join(' ', Fields(call).Where(field => !_left.Contains(field.Name)).Select(field => $"{field.Name}={field.Value}")));

        // What is the caller's own stays here.
        Assert.DoesNotContain("mine", call.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("user-1234", call.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, string Value)> Fields(JsonElement call) => call.TryGetProperty("json", out var json)
        ? json.EnumerateObject().Select(member => (member.Name, member.Value.ToString()))
        : Part().Matches(call.GetProperty("text").GetString()!).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex("name=\"([^\"]+)\"\r\n\r\n(.*)\r\n")]
    private static partial Regex Part();
}
