using System.Diagnostics;
using Reelay.Providers;

namespace Reelay.Tests.Support;

/// <summary>A mock server of another team's that runs until it is disposed of.</summary>
/// <param name="process">Its process.</param>
/// <param name="url">Where it listens.</param>
internal sealed class NodeMock(Process process, string url) : IDisposable
{
    public string Url => url;

    /// <summary>What an adapter calls it with.</summary>
    public HttpMessageInvoker Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    /// <summary>Has an adapter order, and poll until the order has ended.</summary>
    public static async Task<PollResult> FinishAsync(IVideoProvider provider, SubmissionContext order)
    {
        var accepted = Assert.IsType<Submission.Accepted>(await provider.SubmitAsync(order, TestContext.Current.CancellationToken));
        while (true)
        {
            var result = await provider.PollAsync(order.Account, accepted.Reference, TestContext.Current.CancellationToken);
            if (result is not PollResult.Running) return result;
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
