using System.Text.Json;
using Reelay.Server.Catalog.Orders;
using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 14: extensions, remixes and edits go on from a completed task of the same account.</summary>
[Collection(ContractGateway.Name)]
public sealed class Rule14SourceTests(ContractGateway shared)
{
    [Theory]
    // A vendor that needs its own id gets no file; the mark says that only the account that made it can serve.
    [InlineData("model:'kling-video', model_name:'kling-v1-6', mode:'extend', video_id:'kling', prompt:null", "mode=extend source=kling! upstream=kling:kling-v1-6 seconds=0 billed=9")]
    [InlineData("model:'kling-v1-6', mode:'extend', task_id:'kling'", "mode=extend source=kling! upstream=kling:kling-v1-6")]
    [InlineData("mode:'extend', video:{id:'kling'}", "model=kling-v1-6 mode=extend source=kling!")]
    [InlineData("mode:'extend', video_id:'kling', task_id:'kling'", "mode=extend source=kling!")]
    // All others get the stored file.
    [InlineData("mode:'extend', video_id:'sora'", "model=sora-2 mode=extend seconds=4 source=sora media=source_video:mp4")]
    [InlineData("mode:'edit', remixed_from_video_id:'sora'", "model=sora-2 mode=edit billed=9 source=sora media=source_video:mp4")]
    [InlineData("video_id:'sora'", "model=sora-2 mode=edit source=sora media=source_video:mp4")]
    [InlineData("model:'sora-2-pro', mode:'extend', video_id:'sora', seconds:8", "mode=extend seconds=8 source=sora media=source_video:mp4")]
    [InlineData("model:'kling-v3-omni', mode:'extend', video_id:'sora', seconds:5", "mode=extend seconds=5 source=sora media=source_video:mp4")]
    [InlineData("model:'kling-v1-6', mode:'extend', video_id:'sora'", "mode=extend source=sora upstream=kling:kling-v3-omni media=source_video:mp4")]
    [InlineData("video_id:'sora', video_url:'https://own.test/v1/videos/sora/content'", "mode=edit source=sora media=source_video:mp4")]
    [InlineData("metadata:{video_id:'sora'}", "mode=edit source=sora media=source_video:mp4")]
    public Task Is_found_and_bound_where_the_vendor_needs_it(string request, string stored) => Cases.StoredAsync(request, stored, Cases.Own);

    [Theory]
    [InlineData("edit", "sora", "", "model=sora-2 mode=edit source=sora media=source_video:mp4")]
    [InlineData("edit", "sora", "model:'sora-2-pro'", "model=sora-2-pro mode=edit source=sora media=source_video:mp4")]
    [InlineData("edit", null, "video:{id:'sora'}", "model=sora-2 mode=edit source=sora media=source_video:mp4")]
    [InlineData("extend", null, "video:{id:'sora'}, seconds:'8'", "model=sora-2 mode=extend seconds=8 source=sora media=source_video:mp4")]
    [InlineData("extend", null, "video:{id:'kling'}", "model=kling-v1-6 mode=extend source=kling!")]
    // What the model cannot, the catalog's edit_with can.
    [InlineData("edit", "kling", "", "model=kling-v1-6 catalog=kling-v3-omni mode=edit source=kling media=source_video:mp4")]
    [InlineData("edit", "kling", "model:'kling-v2-6'", "model=kling-v2-6 catalog=kling-v3-omni mode=edit source=kling media=source_video:mp4")]
    [InlineData("extend", null, "model:'kling-v2-6', video:{id:'kling'}", "model=kling-v2-6 catalog=kling-v3-omni mode=extend source=kling media=source_video:mp4")]
    public Task Is_taken_by_the_routes(string mode, string? source, string request, string stored) =>
        Cases.StoredAsync(request, stored, Cases.Own with { Route = new OrderRoute(mode, source) });

    [Theory]
    [InlineData("video_id:'nobodys'", "404 video_not_found video_id", "'nobodys'")]
    [InlineData("task_id:'running'", "404 video_not_completed task_id", "in_progress")]
    [InlineData("video:{id:'nobodys'}", "404 video_not_found video.id", "'nobodys'")]
    [InlineData("video_id:'sora', task_id:'kling'", "400 conflicting_parameters task_id", "`video_id`")]
    [InlineData("video_id:'sora', video_url:<c.mp4>", "400 conflicting_parameters video_url", "`video_id`")]
    [InlineData("video_id:'sora', video_url:'https://own.test/v1/videos/kling/content'", "400 conflicting_parameters video_url", "`video_id`")]
    [InlineData("mode:'t2v', video_id:'sora'", "400 conflicting_parameters video_id", "`t2v`")]
    [InlineData("model:'kling-v2-6', video_id:'sora'", "400 unsupported_parameter video_id", "`kling-v2-6`")]
    [InlineData("model:'kling-v1', mode:'extend', video_id:'kling'", "400 unsupported_source video_id", "`kling-v1`")]
    [InlineData("mode:'extend'", "400 input_reference_required video", "`sora-2`")]
    public async Task Is_refused(string request, string refusal, string says)
    {
        var terms = Cases.Own with { CanServe = id => id != "kling:kling-v3-omni" };
        var error = Cases.Refused(await Orders.ReadAsync(Cases.Json(request), terms));
        Assert.Equal(refusal, $"{error.Status} {error.Code} {error.Param}");
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extend", "gpt-image-2", "`gpt-image-2` cannot extend a video. Models that can: `")]
    [InlineData("edit", "wan", "`wan` cannot edit a video. Models that can: `")]
    public Task Is_refused_by_a_route_that_the_model_lacks(string mode, string model, string says) => Cases.RefusedAsync(
        $"model:'{model}', video:{{id:'sora'}}", "400 unsupported_operation model", says, Cases.Own with { Route = new OrderRoute(mode, null) });

    [Fact]
    public async Task All_three_routes_say_what_they_went_on_from()
    {
        var gateway = shared.Gateway;
        var source = await gateway.OrderAsync("a boat");
        await gateway.FinishAsync(source);
        foreach (var (path, body, mode) in new (string, object, string)[]
        {
            ($"/v1/videos/{source}/remix", new { prompt = "a red boat" }, "edit"),
            ("/v1/videos/edits", new { prompt = "a red boat", video = new { id = source } }, "edit"),
            ("/v1/videos/extensions", new { prompt = "it sails on", video = new { id = source }, seconds = "4" }, "extend"),
        })
        {
            var (status, created) = await gateway.SendAsync(HttpMethod.Post, path, body);
            Assert.True(status == 200, created.ToString());
            Assert.Equal((source, mode), (created.GetProperty("remixed_from_video_id").GetString(), created.GetProperty("effective").GetProperty("mode").GetString()));
            var done = await gateway.FinishAsync(created.GetProperty("id").GetString()!);
            Assert.True(done.GetProperty("status").GetString() == "completed", done.ToString());

            // What was added is asked for; what is delivered is the whole.
            if (mode == "extend") Assert.Equal(Whole(done), done.GetProperty("seconds").GetString());
        }
    }

    [Fact]
    public async Task A_video_of_another_account_is_not_there()
    {
        var gateway = shared.Gateway;
        var source = await gateway.OrderAsync("a boat");
        await gateway.FinishAsync(source);
        using var other = gateway.NewClient(gateway.AdminKey);
        foreach (var (path, body) in new (string, object)[]
        {
            ($"/v1/videos/{source}/remix", new { prompt = "x" }), ("/v1/videos/extensions", new { prompt = "x", video = new { id = source } }),
            ("/v1/videos", new { prompt = "x", video_url = new Uri(gateway.BaseUrl, $"/v1/videos/{source}/content") }),
        })
        {
            var (status, answer) = await gateway.SendAsync(HttpMethod.Post, path, body, other);
            Assert.Equal((404, "video_not_found"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        }
    }

    private static string Whole(JsonElement video) =>
        Math.Round(decimal.Parse(video.GetProperty("effective").GetProperty("seconds").GetString()!), MidpointRounding.AwayFromZero).ToString("0");
}
