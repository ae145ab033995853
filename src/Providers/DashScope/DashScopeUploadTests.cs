using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>Files that go through the vendor's own store before the order is sent.</summary>
public sealed class DashScopeUploadTests
{
    private static readonly ProviderRequest _edit = DashScopeCase.Clip with
    {
        UpstreamModel = "happyhorse-1.0-video-edit",
        Mode = "edit",
        Prompt = "make the coat red",
        Seconds = null,
    };

    private readonly DashScopeCase _case = new();

    [Fact]
    public async Task A_video_is_uploaded_and_named_by_its_place()
    {
        _case.Upstream.Answer(200, DashScopeCase.Fixture("uploads.policy.json")).Answer(200, "").Answer(200, DashScopeCase.Fixture("submit.ok.json"));
        Assert.IsType<Submission.Accepted>(await _case.SubmitAsync(_edit, null, DashScopeCase.Video()));

        var (policy, upload, order) = (_case.Upstream.Requests[0], _case.Upstream.Requests[1], _case.Upstream.Requests[2]);
        Assert.Equal((HttpMethod.Get, "https://upstream.example/api/v1/uploads?action=getPolicy&model=happyhorse-1.0-video-edit"), (policy.Method, policy.Url.AbsoluteUri));
        Assert.Equal("https://dashscope-file-sgp.oss-ap-southeast-1.aliyuncs.com/", upload.Url.AbsoluteUri);
        Assert.DoesNotContain("Authorization", upload.Headers.Keys);
        var names = upload.Body.Split("form-data; name=\"").Skip(1).Select(part => part[..part.IndexOf('"')]);
        Assert.Equal(
            ["OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl", "x-oss-forbid-overwrite", "success_action_status", "x-oss-content-type", "file"],
            names);
        Assert.Contains("\r\n\r\nMP4!\r\n", upload.Body, StringComparison.Ordinal);
        const string place = "dashscope-instant/abc/2026-11-21/d1/att_7-0.mp4";
        Assert.Contains($"\r\n\r\n{place}\r\n", upload.Body, StringComparison.Ordinal);
        Assert.Equal("enable", order.Headers["X-DashScope-OssResourceResolve"]);
        Assert.Equal("oss://" + place, (string?)JsonNode.Parse(order.Body)!["input"]!["media"]![0]!["url"]);
    }

    [Fact]
    public async Task Pictures_go_the_same_way_where_the_channel_says_so_and_ask_for_leave_once()
    {
        _case.Upstream.Answer(200, DashScopeCase.Fixture("uploads.policy.json")).Answer(200, "").Answer(200, "").Answer(200, DashScopeCase.Fixture("submit.ok.json"));
        var request = DashScopeCase.Clip with { UpstreamModel = "happyhorse-1.0-r2v", Mode = "r2v" };
        await _case.SubmitAsync(
            request, """{"pictures":"upload"}""", DashScopeCase.Picture(MediaRole.ReferenceImage, "A"), DashScopeCase.Picture(MediaRole.ReferenceImage, "B"));
        var media = JsonNode.Parse(_case.Upstream.Requests[3].Body)!["input"]!["media"]!.AsArray();
        Assert.Equal(["att_7-0.png", "att_7-1.png"], media.Select(item => ((string)item!["url"]!).Split('/')[^1]));
    }

    [Theory]
    [InlineData(401, """{"code":"InvalidApiKey","message":"no","request_id":"r"}""", ProviderErrorKind.Unauthorized)]
    [InlineData(429, """{"code":"Throttling.RateQuota","message":"no","request_id":"r"}""", ProviderErrorKind.RateLimited)]
    [InlineData(500, """{"code":"InternalError","message":"no","request_id":"r"}""", ProviderErrorKind.NotSent)]
    [InlineData(502, "<html></html>", ProviderErrorKind.NotSent)]
    [InlineData(200, """{"request_id":"r","data":{}}""", ProviderErrorKind.NotSent)]
    [InlineData(200, "OK", ProviderErrorKind.NotSent)]
    public async Task Without_leave_no_order_is_sent(int status, string body, ProviderErrorKind kind)
    {
        _case.Upstream.Answer(status, body);
        Assert.Equal(kind, (await _case.RefusedAsync(_edit, null, DashScopeCase.Video())).Kind);
        Assert.Single(_case.Upstream.Requests);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(307)]
    public async Task An_upload_that_fails_leaves_the_order_unsent(int status)
    {
        _case.Upstream.Answer(200, DashScopeCase.Fixture("uploads.policy.json")).Answer(status, "<Error><StringToSign>c2lnbmF0dXJl</StringToSign></Error>", "application/xml");
        var failure = await _case.RefusedAsync(_edit, null, DashScopeCase.Video());
        Assert.Equal((ProviderErrorKind.NotSent, 2), (failure.Kind, _case.Upstream.Requests.Count));
        Assert.DoesNotContain("c2lnbmF0dXJl", failure.Message + failure.RawBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://files.example/")]
    [InlineData("http://dashscope-file-sgp.oss-ap-southeast-1.aliyuncs.com")]
    [InlineData("https://aliyuncs.com.evil.example")]
    [InlineData("http://169.254.169.254/")]
    [InlineData("nowhere")]
    public async Task Files_of_callers_go_to_no_address_but_the_vendors(string host)
    {
        var policy = JsonNode.Parse(DashScopeCase.Fixture("uploads.policy.json"))!;
        policy["data"]!["upload_host"] = host;
        _case.Upstream.Answer(200, policy.ToJsonString());
        var failure = await _case.RefusedAsync(_edit, null, DashScopeCase.Video());
        Assert.Equal((ProviderErrorKind.NotSent, 1), (failure.Kind, _case.Upstream.Requests.Count));
    }

    [Fact]
    public async Task A_link_that_nobody_could_follow_is_not_sent()
    {
        var refusal = await _case.RefusedAsync(_edit, """{"videos":"link"}""", DashScopeCase.Video());
        Assert.Equal((ProviderErrorKind.InvalidRequest, 0), (refusal.Kind, _case.Upstream.Requests.Count));
        Assert.Contains("Reelay__PublicUrl", refusal.Message, StringComparison.Ordinal);
    }
}
