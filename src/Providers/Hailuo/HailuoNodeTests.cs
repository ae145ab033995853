using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>Packages that others wrote, over real HTTP: the vendor's MCP client and command line and the AI SDK find in the sandbox what they find there.</summary>
public sealed class HailuoNodeTests
{
    private const string Mcp = "npm `minimax-mcp-js`";
    private const string Cli = "npm `mmx-cli`";
    private const string AiSdk = "npm `@ai-sdk/minimax`";

    [Fact]
    [Proves("hailuo", Mcp)]
    [Proves("hailuo", Cli)]
    [Proves("hailuo", AiSdk)]
    public async Task The_vendors_own_clients_and_the_ai_sdk_order_query_and_download()
    {
        await using var sandbox = await NodeSandbox.StartAsync();

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["HAILUO_ROOT"] = sandbox.Url("hailuo"), ["HAILUO_KEY"] = "sk-sandbox-hailuo",
                ["REELAY_ORDERS"] = ProofClaims.Orders("hailuo"),
            },
            "hailuo", sandbox.Picture, sandbox.Folder, ProofClaims.Prompt(Mcp), ProofClaims.Prompt(Cli), ProofClaims.Prompt(AiSdk));

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

        // Nothing was sent twice: beside the orders by name, those of the clients' own sequences.
        var accepted = sandbox.Host.Submissions.Where(report => report.Row.Accepted).ToList();
        var byName = accepted.Where(report => report.Row.Prompt!.StartsWith("by ", StringComparison.Ordinal)).ToList();
        Assert.Equal((7, 8 + 5 + 2), (accepted.Count - byName.Count, byName.Count));
        foreach (var (client, name) in new[] { (Mcp, "mcp"), (Cli, "cli"), (AiSdk, "ai") })
            ProofClaims.Check(sandbox.Host, "hailuo", client, result.GetProperty("swept").GetProperty(name));

        int Status(string name) => result.GetProperty(name).GetProperty("status").GetInt32();
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
