using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Hardening;

/// <summary>Callers learn that and why an order failed, never at whom, under which host, id or key: over every provider's documented errors.</summary>
public sealed class VendorIdentityTests
{
    // As vendors write themselves, without regard to case. Names of models are public.
    private static readonly string[] Vendors =
    [
        "openai", "open ai", "azure", "google", "vertex", "gemini", "kling", "kuaishou", "volcengine", "bytedance", "byteplus", "doubao", "modelark",
        "xai", "x.ai", "alibaba", "aliyun", "dashscope", "bailian", "minimax", "vidu", "shengshu", "vllm", "sglang", "tensorrt", "new-api",
    ];

    // What an upstream, its proxy or its library might say about itself.
    private static readonly string[] Telling =
    [
        "OpenAI rejected request req_abcdefghij12345", "see https://platform.openai.com/docs?key=sk-1234567890abcdef", "error at api-singapore.klingai.com:443",
        "connect 10.1.2.3:8080 refused", "user 7f3c2a1b9d8e4f5061728394a5b6c7d8 has no quota", "task cgt-20260101-abcdefghijklm was removed",
        "VolcEngine Ark: Doubao-Seedance refused", "请联系阿里云百炼客服", "model in /data/models/vllm-omni/weights failed", "mail support@minimax.io",
    ];

    private static IEnumerable<ProviderConformance> Suites => typeof(VendorIdentityTests).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(ProviderConformance)) && !type.IsAbstract && type.GetConstructor([]) is not null)
        .Select(type => (ProviderConformance)Activator.CreateInstance(type)!);

    [Fact]
    public async Task No_documented_refusal_of_any_provider_names_who_refused()
    {
        var (providers, count) = (new HashSet<string>(), 0);
        foreach (var suite in Suites)
        {
            providers.Add(suite.Provider.Id);
            foreach (var error in suite.SubmissionErrors)
            {
                var refusal = await new ConformanceRecorder(suite, error.Options).Answers(error.Reply).RefusedAsync();
                AssertNeutral(suite, refusal.Kind, refusal.Message);
                count++;
            }

            if (suite.Polls.Count == 0) continue;
            var reference = await ConformanceRecorder.ReferenceAsync(suite);
            foreach (var poll in suite.Polls)
            {
                var recorder = new ConformanceRecorder(suite, poll.Options);
                foreach (var reply in poll.Replies) recorder.Answers(reply);
                var outcome = await recorder.PollAsync(reference);
                if (outcome.Error is { } error) AssertNeutral(suite, error.Kind, error.Message);
                if (outcome.Result is PollResult.Failed failed) AssertNeutral(suite, failed.Kind, failed.Message);
                count++;
            }
        }

        Assert.True(providers.Count >= 10 && count > 200, $"{providers.Count} providers, {count} answers");
    }

    [Fact]
    public void Whatever_an_upstream_says_of_itself_is_taken_out()
    {
        foreach (var words in Telling)
        {
            foreach (var kind in Enum.GetValues<ProviderErrorKind>())
            {
                var message = TaskErrors.From(kind, words).Message;
                AssertNoVendor(message, words);
                foreach (var secret in new[] { "req_", "sk-", "://", "klingai", "10.1.2.3", "7f3c2a1b", "cgt-", "/data", "@", "阿里云", "百炼" })
                    Assert.False(message.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{words} became {message}");
            }
        }
    }

    private static void AssertNeutral(ProviderConformance suite, ProviderErrorKind kind, string message)
    {
        var shown = TaskErrors.From(kind, message).Message;
        AssertNoVendor(shown, message);
        Assert.DoesNotContain(suite.BaseUrl.Host, shown, StringComparison.OrdinalIgnoreCase);
        foreach (var secret in ConformanceSecrets.Of(suite.Credential)) Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
    }

    private static void AssertNoVendor(string shown, string message)
    {
        foreach (var vendor in Vendors) Assert.False(shown.Contains(vendor, StringComparison.OrdinalIgnoreCase), $"'{message}' is shown as '{shown}'");
    }
}
