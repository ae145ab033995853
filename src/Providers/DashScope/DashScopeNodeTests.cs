using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>A package that others wrote, over real HTTP: the AI SDK finds in the sandbox what it finds at DashScope.</summary>
public sealed class DashScopeNodeTests
{
    private const string Client = "npm `@ai-sdk/alibaba`";

    [Fact]
    [Proves("dashscope", Client)]
    public async Task The_ai_sdk_orders_polls_and_downloads()
    {
        await using var sandbox = await NodeSandbox.StartAsync();

        var result = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["DASHSCOPE_ROOT"] = sandbox.Url("dashscope"), ["ALIBABA_API_KEY"] = "sk-sandbox-dashscope",
                ["REELAY_ORDERS"] = ProofClaims.Orders("dashscope"),
            },
            "dashscope", sandbox.Picture, ProofClaims.Prompt(Client));

        var size = StandInClipStore.Clip.Length;
        foreach (var name in new[] { "text", "frame", "references", "newest", "older", "olderFrame" })
        {
            var made = result.GetProperty(name);
            Assert.True(made.GetProperty("status").GetString() == "completed", $"{name}: {made.GetRawText()}");
            Assert.Equal((200, size), (made.GetProperty("http").GetInt32(), made.GetProperty("bytes").GetInt32()));
        }

        Assert.Equal("pending", result.GetProperty("waiting").GetString());
        Assert.Equal("pending", result.GetProperty("unknown").GetString());
        Assert.Equal("error", result.GetProperty("failed").GetProperty("status").GetString());
        Assert.Contains("inappropriate content", result.GetProperty("failed").GetRawText(), StringComparison.Ordinal);
        foreach (var (name, status, words) in new[]
        {
            ("refused", 400, "inappropriate content"), ("empty", 400, "good standing"), ("key", 401, "Invalid API-key"), ("busy", 429, "rate limit"),

            // It does not know HappyHorse and falls back to fields that HappyHorse has not.
            ("happyhorse", 400, "size is not supported"),
        })
        {
            var error = result.GetProperty(name);
            Assert.Equal((name, status), (name, error.GetProperty("status").GetInt32()));
            Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        ProofClaims.Check(sandbox.Host, "dashscope", Client, result.GetProperty("swept"));
        Assert.Equal(8, sandbox.Host.Submissions.Count(report => report.Row.Accepted && report.Row.Prompt != ProofClaims.Prompt(Client)));
    }
}
