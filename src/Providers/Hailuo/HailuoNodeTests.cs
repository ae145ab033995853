using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>Packages that others wrote, over real HTTP: the vendor's MCP client and command line and the AI SDK find in the sandbox what they find there.</summary>
public sealed class HailuoNodeTests
{
    [Fact]
    public async Task The_vendors_own_clients_and_the_ai_sdk_order_query_and_download()
    {
        await using var sandbox = await NodeSandbox.StartAsync();

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["HAILUO_ROOT"] = sandbox.Url("hailuo"), ["HAILUO_KEY"] = "sk-sandbox-hailuo",
            },
            "hailuo", sandbox.Picture, sandbox.Folder);

        var size = StandInClipStore.Clip.Length;
        foreach (var name in new[] { "text", "frame" })
        {
            var made = result.GetProperty(name);
            Assert.Equal(size, made.GetProperty("bytes").GetInt32());
            Assert.Matches("^2[0-9]{14}$", Text(made, "taskId"));
            Assert.Equal("Success", made.GetProperty("seen").EnumerateArray().Last().GetString());
        }

        foreach (var (name, word) in new[]
        {
            ("failed", "new_sensitive"), ("broken", "task failed"), ("refused", "input new_sensitive"), ("combination", "resolution 1080P"), ("key", "invalid api key"),
        })
        {
            Assert.Contains(word, Text(result.GetProperty(name), "message"), StringComparison.Ordinal);
            Assert.Equal((name, "MinimaxRequestError"), (name, Text(result.GetProperty(name), "class")));
        }

        Assert.Equal("Success", Text(result.GetProperty("cli").GetProperty("state"), "status"));
        Assert.Matches("^3[0-9]{14}$", Text(result.GetProperty("cli").GetProperty("state"), "file_id"));
        Assert.Contains("succeeded", result.GetProperty("cliSecond").GetProperty("state").GetRawText(), StringComparison.Ordinal);
        Assert.NotEqual(0, result.GetProperty("cliRefused").GetProperty("code").GetInt32());
        Assert.Contains("new_sensitive", Text(result.GetProperty("cliRefused"), "output"), StringComparison.Ordinal);
        Assert.NotEqual(0, result.GetProperty("cliKey").GetProperty("code").GetInt32());

        Assert.Equal((size, size), (result.GetProperty("h3").GetProperty("bytes").GetInt32(), result.GetProperty("h3Frame").GetInt32()));
        foreach (var (name, word) in new[]
        {
            ("h3Failed", "output new_sensitive (1027)"), ("h3Refused", "input new_sensitive (1026)"), ("h3Quota", "insufficient balance (1008)"),
            ("h3Key", "invalid api key (2049)"),
        })
        {
            Assert.Contains(word, Text(result.GetProperty(name), "message"), StringComparison.Ordinal);
        }

        Assert.Equal((422, 402, 401), (Status("h3Refused"), Status("h3Quota"), Status("h3Key")));

        // What each client ordered is what the sandbox accepted: nothing was sent twice.
        string[] models =
        [
            "I2V-01", "I2V-01-Director", "I2V-01-live", "MiniMax-H3", "MiniMax-H3", "MiniMax-H3", "MiniMax-H3-Max", "MiniMax-Hailuo-02", "MiniMax-Hailuo-02",
            "MiniMax-Hailuo-02", "MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast", "S2V-01", "T2V-01", "T2V-01-Director",
        ];
        var accepted = sandbox.Host.Submissions.Where(report => report.Row.Accepted).Select(report => report.Row.Model).Order(StringComparer.Ordinal);
        Assert.True(models.SequenceEqual(accepted), $"{string.Join(' ', accepted)}: {result.GetProperty("others")}");

        int Status(string name) => result.GetProperty(name).GetProperty("status").GetInt32();
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
