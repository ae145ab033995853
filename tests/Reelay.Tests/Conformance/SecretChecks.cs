
namespace Reelay.Tests.Conformance;

/// <summary>What authenticates is nowhere to be read, though the upstream says it back.</summary>
internal static class SecretChecks
{
    private static readonly int[] _statuses = [400, 401, 429, 500];

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        if (!ConformanceSecrets.Of(suite.Credential).Any()) yield break;
        yield return new("secrets: no error of a submission shows any", async () =>
        {
            foreach (var status in _statuses)
            {
                var recorder = new ConformanceRecorder(suite).Echoes(status);
                ConformanceSecrets.AssertAbsent(recorder.SentSecrets, await recorder.RefusedAsync());
                Assert.NotEmpty(recorder.SentSecrets);
            }
        });
        if (suite.Provider.IsSynchronous) yield break;
        yield return new("secrets: no error of a poll shows any, and no reference holds one", async () =>
        {
            var reference = await ConformanceRecorder.ReferenceAsync(suite);
            foreach (var status in _statuses)
            {
                var recorder = new ConformanceRecorder(suite).Echoes(status);
                var outcome = await recorder.PollAsync(reference);
                Assert.All(recorder.SentSecrets, secret => Assert.DoesNotContain(secret, reference.GetRawText(), StringComparison.Ordinal));
                if (outcome.Error is { } error) ConformanceSecrets.AssertAbsent(recorder.SentSecrets, error);
                Assert.NotEmpty(recorder.SentSecrets);
            }
        });
    }
}
