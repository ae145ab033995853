using Reelay.Providers;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Xai;

/// <summary>Pictures come with the answer: as links, inside it, or refused after they were made, which costs.</summary>
public sealed class XaiPictureTests
{
    [Theory]
    [InlineData("""{"data":[{"url":"https://imgen.x.ai/a.jpeg"}]}""", 1, "https://imgen.x.ai/a.jpeg")]
    [InlineData("""{"data":[{"url":"https://imgen.x.ai/a.jpeg"},{"url":"https://imgen.x.ai/b.jpeg"},{"url":"https://imgen.x.ai/c.jpeg"}]}""", 2, "https://imgen.x.ai/a.jpeg https://imgen.x.ai/b.jpeg")]
    [InlineData("""{"data":[{"b64_json":"UE5H"},{"url":"","respect_moderation":false}]}""", 2, "3")]
    public async Task What_was_ordered_is_given_and_what_was_refused_is_left_out(string answer, int count, string given)
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, answer);
        var finished = Assert.IsType<Submission.Finished>(await test.SubmitAsync(XaiCase.Picture with { Count = count }));
        var outputs = new List<string>();
        await foreach (var output in finished.Outputs.WithCancellation(TestContext.Current.CancellationToken))
        {
            outputs.Add(output is ProviderOutput.AtUrl(var url)
                ? url.Value.AbsoluteUri
                : (await ConformanceOutputs.LengthAsync(output, test.Account().Http, TestContext.Current.CancellationToken)).ToString());
        }

        Assert.Equal(given, string.Join(' ', outputs));
    }

    [Theory]
    [InlineData(400, """{"code":"imagine:content-moderated","error":"x","usage":{"cost_in_usd_ticks":200000000}}""", null, ProviderErrorKind.ContentRejected, FailureCharge.Full)]
    [InlineData(400, """{"code":"imagine:content-moderated","error":"x"}""", null, ProviderErrorKind.ContentRejected, FailureCharge.None)]
    [InlineData(200, """{"data":[{"url":"","respect_moderation":false}],"usage":{"cost_in_usd_ticks":1}}""", null, ProviderErrorKind.ContentRejected, FailureCharge.Full)]
    [InlineData(200, """{"data":[{"url":"","respect_moderation":false}]}""", null, ProviderErrorKind.ContentRejected, FailureCharge.Full)]
    [InlineData(200, """{"data":[{"url":"","respect_moderation":false}]}""", """{"charge_moderated":false}""", ProviderErrorKind.ContentRejected, FailureCharge.None)]
    [InlineData(200, """{"data":[]}""", null, ProviderErrorKind.OutcomeUnknown, FailureCharge.None)]
    [InlineData(200, """{"data":[{"url":"not a link"}]}""", null, ProviderErrorKind.OutcomeUnknown, FailureCharge.None)]
    [InlineData(200, """{"request_id":"id-1"}""", null, ProviderErrorKind.OutcomeUnknown, FailureCharge.None)]
    public async Task A_refusal_says_whether_it_is_charged(int status, string answer, string? options, ProviderErrorKind kind, FailureCharge charge)
    {
        var test = new XaiCase();
        test.Upstream.Answer(status, answer);
        var refusal = await Assert.ThrowsAsync<ProviderException>(() => test.SubmitAsync(XaiCase.Picture, options));
        Assert.Equal((kind, charge), (refusal.Kind, refusal.Charge));
    }
}
