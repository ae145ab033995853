using System.Net;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

public sealed class FirstVideoTests
{
    [Fact]
    public async Task An_order_becomes_a_file_that_can_be_downloaded_in_parts()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync("waves at dusk");
        var video = await gateway.FinishAsync(id);
        Assert.Equal("completed", video.GetProperty("status").GetString());
        Assert.Equal(100, video.GetProperty("progress").GetInt32());
        Assert.EndsWith($"/v1/videos/{id}/content", video.GetProperty("output_url").GetString());

        var whole = await gateway.Client.GetByteArrayAsync($"/v1/videos/{id}/content", TestContext.Current.CancellationToken);
        Assert.Equal("ftyp"u8.ToArray(), whole[4..8]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{id}/content");
        request.Headers.Range = new(4, 7);
        using var part = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("ftyp"u8.ToArray(), await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Single(gateway.Sandbox.Submissions, report => report.Row.Accepted);
    }
}
