using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 16: what Kling can do is told by model_name, mode, quality, length and sound; a refusal names the model_names that can.</summary>
public sealed class Rule16KlingTests
{
    // The vendor's table: per mode the qualities, lengths and where there is sound.
    private static readonly Dictionary<string, (string Modes, int[] Seconds, string[] Qualities, string Sound)> _table = new()
    {
        ["kling-v1"] = ("t2v:std,pro i2v:std,pro i2v_first_last:std,pro/5", [5, 10], ["std", "pro"], ""),
        ["kling-v1-5"] = ("i2v:std,pro i2v_first_last:pro", [5, 10], ["std", "pro"], ""),
        ["kling-v1-6"] = ("t2v:std,pro i2v:std,pro i2v_first_last:pro multi_i2v:std,pro", [5, 10], ["std", "pro"], ""),
        ["kling-v2-master"] = ("t2v: i2v:", [5, 10], [], ""),
        ["kling-v2-1"] = ("i2v:std,pro i2v_first_last:pro", [5, 10], ["std", "pro"], ""),
        ["kling-v2-1-master"] = ("t2v: i2v:", [5, 10], [], ""),
        ["kling-v2-5-turbo"] = ("t2v:std,pro i2v:std,pro i2v_first_last:pro", [5, 10], ["std", "pro"], ""),
        ["kling-v2-6"] = ("t2v:std,pro i2v:std,pro i2v_first_last:pro", [5, 10], ["std", "pro"], "t2v:pro i2v:pro"),
        ["kling-v3"] = (
            "t2v:std,pro,4k i2v:std,pro,4k i2v_first_last:std,pro,4k", [3, 5, 7, 10, 15], ["std", "pro", "4k"],
            "t2v:std,pro,4k i2v:std,pro,4k i2v_first_last:std,pro,4k"),
        ["kling-video-o1"] = ("t2v:std,pro/5,10 i2v:std,pro/5,10 i2v_first_last:std,pro multi_i2v:std,pro", [3, 5, 7, 10], ["std", "pro"], ""),
        ["kling-v3-omni"] = (
            "t2v:std,pro,4k i2v:std,pro,4k i2v_first_last:std,pro,4k multi_i2v:std,pro,4k", [3, 5, 7, 10, 15], ["std", "pro", "4k"],
            "t2v:std,pro,4k i2v:std,pro,4k i2v_first_last:std,pro,4k multi_i2v:std,pro,4k"),
    };

    private static readonly Dictionary<string, string> _inputs = new()
    {
        ["t2v"] = "", ["i2v"] = "image:PNG,", ["i2v_first_last"] = "image:PNG, image_tail:JPG,", ["multi_i2v"] = "image_list:[PNG,JPG],",
    };

    public static TheoryData<string> Names => [.. _table.Keys];

    // Only rows of the model's own: what the catalog routes elsewhere is told apart below.
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_combination_is_allowed_or_refused_as_the_table_says(string name)
    {
        var terms = Orders.Terms with { CanServe = id => id == "kling:" + name };
        var qualities = _table[name].Qualities.Length > 0 ? new[] { "std", "pro", "4k" } : ["", "std"];
        var allowedCount = 0;
        foreach (var (mode, quality, seconds, sound) in
            from mode in _inputs.Keys
            from quality in qualities
            from seconds in new[] { 3, 5, 7, 10, 15 }
            from sound in new[] { "off", "on" }
            select (mode, quality, seconds, sound))
        {
            var request = $"model:'{name}', mode:'{mode}', {_inputs[mode]} quality:'{quality}', seconds:{seconds}, sound:'{sound}'";
            var result = await Orders.ReadAsync(Cases.Json(request), terms);
            Assert.True(Allows(name, mode, quality, seconds, sound == "on") == result.Error is null, $"{request}: {result.Error?.Message ?? "accepted"}");
            if (result.Error is { } error)
            {
                Assert.Equal(400, error.Status);
                Assert.Contains($"`{name}`", error.Message, StringComparison.Ordinal);
                continue;
            }

            Cases.AssertStored(Expected(name, mode, quality, seconds, sound), result.Value! with { Media = [] });
            allowedCount++;
        }

        Assert.InRange(allowedCount, 4, 200);
    }

    [Theory]
    [InlineData("model:'kling-video', model_name:'kling-v2-6', mode:'t2v', duration:5, aspect_ratio:'16:9'", "model=kling-video catalog=kling-v2-6 mode=t2v seconds=5 size=1280x720 quality=std audio=off")]
    [InlineData("model:'kling-v2-6'", "model=kling-v2-6 catalog=kling-v2-6 seconds=5")]
    [InlineData("model:'kling-v2-6', model_name:'kling-v2-6'", "model=kling-v2-6")]
    [InlineData("model_name:'kling-v2-6'", "catalog=kling-v2-6 seconds=5")]
    [InlineData("model:'kling-video', extra_body:{model_name:'kling-v3'}", "catalog=kling-v3")]
    [InlineData("model:'kling-video', metadata:{model_name:'kling-v1'}, cfg_scale:0.7", "catalog=kling-v1 extras={\"cfg_scale\":0.7}")]
    [InlineData("model:'kling-v1', cfg_scale:0.5", "mode=t2v")]
    [InlineData("model:'kling-v2-6', negative_prompt:'rain', watermark_info:{enabled:true}", "extras={\"negative_prompt\":\"rain\",\"watermark_info\":{\"enabled\":true}}")]
    [InlineData("model:'kling-v1', camera_control:{type:'simple',config:{pan:5}}", "quality=std seconds=5 extras={\"camera_control\":{\"type\":\"simple\",\"config\":{\"pan\":5}}}")]
    [InlineData("model:'kling-v1-6', mode:'multi_i2v', image_list:[{image:<a.png>},{image:<b.png>}]",
        "mode=multi_i2v media=reference_image:a.png,reference_image:b.png upstream=kling:kling-v1-6,kling:kling-v3-omni price=$0.28")]
    [InlineData("model:'kling-v1', image:PNG, end_image_url:JPG", "mode=i2v_first_last quality=std seconds=5 media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v2-5-turbo', image:PNG, end_image_url:JPG", "mode=i2v_first_last quality=pro tier=1080p media=first_frame:png,last_frame:jpeg")]
    public Task Is_ordered_by_either_name(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    [InlineData("model:'kling-video'", "400 model_name_required model_name", "`kling-v1` | `kling-v2-6` | `kling-v3`")]
    [InlineData("model:'kling-video', model_name:'kling-v9'", "400 invalid_model_name model_name", "`kling-v9` | `kling-v1-6` | `kling-v3`")]
    [InlineData("model:'kling-video', model_name:'sora-2'", "400 invalid_model_name model_name", "`sora-2` | `kling-v3`")]
    [InlineData("model:'kling-v3', model_name:'kling-v2-6'", "400 unsupported_parameter model_name", "`kling-v2-6` | `kling-v3`")]
    [InlineData("model:'sora-2', model_name:'kling-v2-6'", "400 unsupported_parameter model_name", "`sora-2`")]
    [InlineData("model:'kling-v2-1', mode:'t2v'", "400 unsupported_parameter mode", "`t2v` | `kling-v2-1` | i2v, i2v_first_last | `kling-v2-6` | `kling-v3`")]
    [InlineData("model:'kling-v1-5'", "400 input_reference_required input_reference", "`kling-v1-5`")]
    [InlineData("model:'kling-v2-6', mode:'multi_i2v', image_list:[PNG]", "400 unsupported_parameter mode", "`multi_i2v` | `kling-v1-6` | `kling-v3-omni`")]
    [InlineData("model:'kling-v2-6', mode:'extend', prompt:null", "400 unsupported_parameter mode", "`extend` | `kling-v1` | `kling-v3-omni`")]
    [InlineData("model:'kling-v2-6', seconds:15", "400 invalid_seconds seconds", "`15` | `kling-v2-6` makes 5, 10 seconds | `kling-v3`")]
    [InlineData("model:'kling-video', model_name:'kling-v2-5-turbo', duration:3", "400 invalid_seconds duration", "`3` | 5, 10 | `kling-v3`")]
    [InlineData("model:'kling-v1', seconds:10, image:PNG, image_tail:JPG", "400 invalid_seconds seconds", "`kling-v1` makes 5 seconds | `kling-v1-6` | `kling-v3`")]
    [InlineData("model:'kling-v2-5-turbo', sound:'on'", "400 unsupported_parameter sound", "`on` | `kling-v2-6` | `kling-v3`")]
    [InlineData("model:'kling-v2-6', mode:'4k'", "400 unsupported_parameter mode", "`4k` | std, pro | `kling-v3`")]
    [InlineData("model:'kling-v2-6', mode:'std', image:PNG, image_tail:JPG", "400 unsupported_parameter mode", "`std` | `kling-v2-6` | `kling-v1` | `kling-v3`")]
    [InlineData("model:'kling-v2-6', aspect_ratio:'4:3'", "400 invalid_size aspect_ratio", "1280x720, 720x1280, 960x960")]
    [InlineData("model:'kling-v2-6', camera_control:{type:'simple'}", "400 unsupported_parameter camera_control", "`kling-v2-6`")]
    [InlineData("model:'kling-v1', mode:'pro', camera_control:{type:'simple'}", "400 unsupported_parameter camera_control", "`kling-v1` | quality std | 5 seconds")]
    [InlineData("model:'kling-v1', seconds:10, camera_control:{type:'simple'}", "400 unsupported_parameter camera_control", "5 seconds")]
    [InlineData("model:'kling-v1-6', mode:'multi_i2v', image_list:[<1.png>,<2.png>,<3.png>,<4.png>,<5.png>,<6.png>,<7.png>,<8.png>]",
        "400 too_many_references image_list[7]", "at most 7 reference images")]
    [InlineData("model:'kling-v1', cfg_scale:1.5", "400 unsupported_parameter cfg_scale", "from 0 to 1")]
    public Task Is_refused_with_what_can(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Cases.Own);

    [Theory]
    [InlineData("multi_i2v", "image_list:[<a.png>]", "media=reference_image:a.png")]
    [InlineData("extend", "video_id:'kling'", "media=source_video:mp4 source=kling")]
    public async Task What_the_vendor_no_longer_has_is_routed_and_said(string mode, string input, string stored)
    {
        // A channel where the old name is gone.
        var terms = Cases.Own with { CanServe = id => id == "kling:kling-v3-omni" };
        await Cases.StoredAsync($"model:'kling-v1-6', mode:'{mode}', {input}", $"model=kling-v1-6 mode={mode} upstream=kling:kling-v3-omni {stored}", terms);
        var draft = await DraftAsync($"model:'kling-v1-6', mode:'{mode}', {input}", terms);
        Assert.Contains(draft.Notes, note => note is { Param: "model", Value: "kling-v3-omni", How: "mapped" });
        Assert.DoesNotContain((await DraftAsync("model:'kling-v1-6'", Cases.Own)).Notes, note => note.Param == "model");
    }

    [Fact]
    public Task What_stands_in_for_it_may_need_a_prompt_where_it_needed_none() => Cases.RefusedAsync(
        "model:'kling-v1-6', mode:'extend', video_id:'kling', prompt:null", "400 prompt_required prompt", "`kling-v1-6`",
        Cases.Own with { CanServe = id => id == "kling:kling-v3-omni" });

    private static async Task<Server.Catalog.Orders.OrderDraft> DraftAsync(string request, Server.Catalog.Orders.OrderTerms terms)
    {
        using var fields = (await Reading.Bodies.ReadAsync(Reading.Bodies.Json, Cases.Json(request))).Value!;
        return (await Server.Catalog.Orders.OrderReader.ReadDraftAsync(fields, terms, TestContext.Current.CancellationToken)).Value!;
    }

    private static bool Allows(string name, string mode, string quality, int seconds, bool hasSound)
    {
        var (modes, lengths, qualities, sound) = _table[name];
        if (qualities.Length == 0 ? quality.Length > 0 : !qualities.Contains(quality)) return false;
        if (Find(modes, mode) is not { } rule) return false;
        var (able, only) = rule.Split('/') is [var first, var second] ? (first, second) : (rule, "");
        var allowed = only.Length > 0 ? only.Split(',').Select(int.Parse) : lengths;
        return able.Split(',').Contains(quality) && allowed.Contains(seconds) && (!hasSound || (Find(sound, mode)?.Split(',').Contains(quality) ?? false));
    }

    private static string? Find(string table, string mode) =>
        table.Split(' ').FirstOrDefault(row => row.StartsWith(mode + ":", StringComparison.Ordinal)) is { } row ? row[(mode.Length + 1)..] : null;

    private static string Expected(string name, string mode, string quality, int seconds, string sound) =>
        $"model={name} mode={mode} quality={(quality.Length > 0 ? quality : "-")} seconds={seconds} audio={sound} tier={Tier(name, quality)}";

    private static string Tier(string name, string quality) => (name, quality) switch
    {
        ("kling-v1" or "kling-v2-master", _) or (_, "std") => "720p",
        ("kling-v2-1-master", _) => "1080p",
        (_, "pro") => "1080p",
        _ => "4k",
    };
}
