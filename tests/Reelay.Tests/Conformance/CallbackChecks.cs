using System.Text;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Simulators;

namespace Reelay.Tests.Conformance;

/// <summary>Callbacks as the simulator sends them, and as somebody else would.</summary>
internal static class CallbackChecks
{
    private static readonly Uri Url = new("https://gateway.example/callbacks/1");

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        if (suite.Provider is not IReceivesCallbacks receives) yield break;
        yield return new("callback: one without a signature wakes and ends nothing", async () =>
        {
            var (sandbox, accepted, messages) = await MessagesAsync(suite, null);
            foreach (var message in messages)
            {
                var reading = receives.ReadCallback(sandbox.Account, message.Headers, message.Body);
                Assert.Equal((accepted.UpstreamId, null, false), (reading?.UpstreamId, reading?.Result, reading?.IsSigned));
            }
        });
        yield return new("callback: what is none is none", () =>
        {
            var account = new ConformanceSandbox(suite).Account;
            foreach (var body in new[] { "", "{}", "[]", "null", "OK", "<html>", "{\"a\":" })
            {
                Assert.Null(receives.ReadCallback(account, new Dictionary<string, string>(), Encoding.UTF8.GetBytes(body)));
            }

            return Task.CompletedTask;
        });
        if (suite.Signing is not { } signing) yield break;
        yield return new("callback: a signed one is believed, and the last tells the result", async () =>
        {
            var (sandbox, accepted, messages) = await MessagesAsync(suite, signing);
            var readings = messages.Select(message => receives.ReadCallback(sandbox.Account, message.Headers, message.Body)).ToList();
            Assert.All(readings, reading => Assert.Equal((accepted.UpstreamId, true), (reading?.UpstreamId, reading?.IsSigned)));
            Assert.IsNotType<PollResult.Failed>(readings[^1]!.Result);
        });
        yield return new("callback: one that was altered, is late or has another secret's signature is not believed", async () =>
        {
            var (sandbox, _, messages) = await MessagesAsync(suite, signing);
            var message = messages[^1];
            var altered = message.Body.ToArray();
            altered[^1] = (byte)' ';
            AssertUnbelieved(receives.ReadCallback(sandbox.Account, message.Headers, (byte[])[.. message.Body.Span, (byte)' ']));
            AssertUnbelieved(receives.ReadCallback(sandbox.Account, message.Headers, altered));
            AssertUnbelieved(receives.ReadCallback(sandbox.Account, new Dictionary<string, string>(), message.Body));
            foreach (var name in message.Headers.Keys)
            {
                var headers = new Dictionary<string, string>(message.Headers) { [name] = message.Headers[name] + "x" };
                AssertUnbelieved(receives.ReadCallback(sandbox.Account, headers, message.Body));
            }

            var stranger = new ConformanceSandbox(suite).Account;
            Assert.NotEqual(JsonValueKind.Object, stranger.Options.ValueKind);
            AssertUnbelieved(receives.ReadCallback(stranger, message.Headers, message.Body));
        });
        yield return new("callback: a forged one from the simulator is not believed", async () =>
        {
            var (sandbox, _, messages) = await MessagesAsync(suite, signing, "[callback:forged]");
            var readings = messages.Select(message => receives.ReadCallback(sandbox.Account, message.Headers, message.Body)).OfType<CallbackReading>().ToList();
            Assert.Contains(readings, reading => reading.IsSigned);
            Assert.Contains(readings, reading => !reading.IsSigned);
            Assert.All(readings.Where(reading => !reading.IsSigned), reading => Assert.Null(reading.Result));
        });
    }

    private static void AssertUnbelieved(CallbackReading? reading)
    {
        Assert.NotEqual(true, reading?.IsSigned);
        Assert.Null(reading?.Result);
    }

    private static async Task<(ConformanceSandbox Sandbox, Submission.Accepted Accepted, IReadOnlyList<CallbackMessage> Messages)> MessagesAsync(
        ProviderConformance suite, CallbackSigning? signing, string words = "")
    {
        var sandbox = new ConformanceSandbox(suite, signing: signing);
        var accepted = await sandbox.AcceptAsync(words: words, callbackUrl: Url);
        Assert.IsType<PollResult.Succeeded>(await sandbox.FinishAsync(accepted));
        var batch = Assert.Single(((ICallsBack)sandbox.Core.Simulators[sandbox.Id]).DueCallbacks());
        Assert.Equal((accepted.UpstreamId, Url), (batch.JobId, batch.Url));
        Assert.NotEmpty(batch.Messages);
        return (sandbox, accepted, batch.Messages);
    }
}
