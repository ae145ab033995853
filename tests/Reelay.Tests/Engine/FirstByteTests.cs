using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Over real sockets: whether an order may still be sent is asked when its first byte is about to go.</summary>
public sealed class FirstByteTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_whose_time_is_over_leaves_no_byte_and_counts_as_not_sent(bool isOurContent)
    {
        await using var server = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("{}"));
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        var mayNow = true;
        var account = new ProviderAccount
        {
            ChannelId = "a", BaseUrl = server.Url, Credential = new ProviderCredential.None(), Http = http, Time = TimeProvider.System, MaySend = () => mayNow,
        };
        await SendAsync(account, isOurContent);
        Assert.Equal(1, server.RequestCount);

        // The connection of the first one is open, so that nothing but the question stands before the bytes.
        mayNow = false;
        var failure = await Assert.ThrowsAsync<ProviderException>(() => SendAsync(account, isOurContent));

        Assert.Equal(ProviderErrorKind.NotSent, failure.Kind);
        Assert.Equal(1, server.RequestCount);
    }

    private static async Task SendAsync(ProviderAccount account, bool isOurContent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, account.BaseUrl)
        {
            Content = isOurContent ? new UpstreamBody("token").Json(new JsonObject { ["prompt"] = "a boat" }) : new StringContent("a boat"),
        };
        await UpstreamHttp.SubmitAsync(account, request, TestContext.Current.CancellationToken);
    }
}
