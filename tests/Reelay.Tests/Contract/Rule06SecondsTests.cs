using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 6: how long the video is, and what is made where the model has no such length.</summary>
public sealed class Rule06SecondsTests
{
    [Theory]
    [InlineData("seconds:8", 8)]
    [InlineData("seconds:8.0", 8)]
    [InlineData("seconds:8e0", 8)]
    [InlineData("seconds:'8'", 8)]
    [InlineData("seconds:'8.0'", 8)]
    [InlineData("seconds:'8s'", 8)]
    [InlineData("seconds:' 8S '", 8)]
    [InlineData("seconds:'08'", 8)]
    [InlineData("duration:12", 12)]
    [InlineData("duration:'12s'", 12)]
    [InlineData("durationSeconds:20", 20)]
    [InlineData("duration_seconds:16", 16)]
    [InlineData("seconds:'8', duration:8.0", 8)]
    [InlineData("seconds:8, metadata:{durationSeconds:'8'}", 8)]
    [InlineData("", 4)]
    [InlineData("seconds:null", 4)]
    [InlineData("seconds:''", 4)]
    public Task Are_read_and_echoed(string request, int seconds) => Cases.StoredAsync(request, $"seconds={seconds} billed={seconds} echo={seconds}/720x1280");

    [Theory]
    [InlineData("seconds:5.5", "5.5")]
    [InlineData("seconds:'5.5'", "5.5")]
    [InlineData("seconds:8.0000001", "8.0000001")]
    [InlineData("seconds:0", "0")]
    [InlineData("seconds:-4", "-4")]
    [InlineData("seconds:61", "61")]
    [InlineData("seconds:1e400", "1e400")]
    [InlineData("seconds:99999999999999999999", "99999999999999999999")]
    [InlineData("seconds:'eight'", "eight")]
    [InlineData("seconds:'8m'", "8m")]
    [InlineData("seconds:'8ss'", "8ss")]
    [InlineData("seconds:'s'", "s")]
    [InlineData("seconds:'8,0'", "8,0")]
    [InlineData("seconds:'0x8'", "0x8")]
    [InlineData("seconds:'NaN'", "NaN")]
    [InlineData("seconds:true", "true")]
    [InlineData("seconds:[8]", "[…]")]
    [InlineData("seconds:{a:8}", "{…}")]
    [InlineData("model:'gpt-image-2', seconds:61", "61")]
    [InlineData("model:'wan', seconds:61", "61")]
    public Task That_are_no_length_are_refused(string request, string value) =>
        Cases.RefusedAsync(request, "400 invalid_seconds seconds", $"`seconds` = `{value}` | from 1 to 60");

    [Theory]
    [InlineData("duration:5", "400 invalid_seconds duration", "`duration` = `5` | `sora-2` makes 4, 8, 12, 16, 20 seconds")]
    [InlineData("seconds:60", "400 invalid_seconds seconds", "`60` | 4, 8, 12, 16, 20")]
    [InlineData("model:'kling-v2-6', seconds:4", "400 invalid_seconds seconds", "`kling-v2-6` makes 5, 10 seconds")]
    [InlineData("model:'kling-v3', seconds:2", "400 invalid_seconds seconds", "`kling-v3` makes 3")]
    [InlineData("model:'kling-v1', seconds:10, image:PNG, image_tail:JPG", "400 invalid_seconds seconds", "`kling-v1` makes 5 seconds")]
    [InlineData("seconds:4, duration:8", "400 conflicting_parameters duration", "`seconds`")]
    [InlineData("duration:'4', metadata:{durationSeconds:5}", "400 conflicting_parameters metadata.durationSeconds", "`duration`")]
    public Task That_the_model_lacks_are_refused_with_its_own(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Theory]
    [InlineData("model:'wan'", "seconds=4")]
    [InlineData("model:'wan', seconds:1", "seconds=1")]
    [InlineData("model:'wan', seconds:60", "seconds=60")]
    [InlineData("model:'kling-v2-6'", "seconds=5 echo=5/1280x720")]
    [InlineData("model:'kling-v3'", "seconds=4 echo=4/1280x720")]
    [InlineData("model:'kling-v3', seconds:15", "seconds=15")]
    [InlineData("model:'kling-video-o1'", "seconds=5")]
    [InlineData("model:'gpt-image-2'", "seconds=0 billed=0 echo=0/1024x1024")]
    [InlineData("model:'gpt-image-2', seconds:'8'", "seconds=0 billed=0 echo=8/1024x1024")]
    public Task Are_the_models_own_or_its_default(string request, string stored) => Cases.StoredAsync(request, stored);

    [Fact]
    public Task Are_the_catalogs_default_where_4_is_not_allowed() =>
        Cases.StoredAsync("model:'lab'", "seconds=5", Orders.Terms with { CanServe = id => id == "lab:large" });

    [Theory]
    [InlineData("model:'fixed'", "seconds=8 billed=8 echo=8/1280x720 price=$8")]
    [InlineData("model:'fixed', seconds:1", "seconds=8 billed=8 echo=1/1280x720 price=$8")]
    [InlineData("model:'fixed', seconds:'60s'", "seconds=8 billed=8 echo=60/1280x720 price=$8")]
    [InlineData("model:'rounding'", "seconds=6 echo=6/1280x720 price=$6")]
    [InlineData("model:'rounding', seconds:1", "seconds=6 echo=1/1280x720 price=$6")]
    [InlineData("model:'rounding', seconds:6", "seconds=6 echo=6/1280x720 price=$6")]
    [InlineData("model:'rounding', seconds:7", "seconds=10 echo=7/1280x720 price=$10")]
    [InlineData("model:'rounding', seconds:10", "seconds=10 echo=10/1280x720 price=$10")]
    [InlineData("model:'omni'", "seconds=4 echo=4/1280x720 price=$4")]
    [InlineData("model:'omni', seconds:1", "seconds=4 echo=1/1280x720 price=$4")]
    [InlineData("model:'omni', duration:5", "seconds=6 echo=5/1280x720 price=$6")]
    [InlineData("model:'omni', seconds:7", "seconds=8 echo=7/1280x720 price=$8")]
    [InlineData("model:'omni', seconds:9", "seconds=10 echo=9/1280x720 price=$10")]
    [InlineData("model:'omni', seconds:60", "seconds=10 echo=60/1280x720 price=$10")]
    [InlineData("model:'omni', mode:'edit', video:'https://own.test/v1/files/file-mp4'", "mode=edit seconds=0 billed=15 price=$15 media=source_video:mp4")]
    [InlineData("model:'omni', mode:'edit', seconds:7, video:<c.mp4>",
        "mode=edit seconds=0 billed=15 price=$15 echo=7/1280x720 media=source_video:c.mp4 warn=seconds:seconds_follow_source")]
    [InlineData("model:'omni', mode:'edit', seconds:7, video_id:'sora'",
        "mode=edit seconds=0 billed=9 price=$9 echo=7/1280x720 media=source_video:mp4 source=sora warn=seconds:seconds_follow_source")]
    public Task Are_rounded_where_the_catalog_says_so_and_the_asked_ones_echoed(string request, string stored) =>
        Cases.StoredAsync(request, stored, Studio.Terms);

    [Theory]
    [InlineData("model:'rounding', seconds:11", "400 invalid_seconds seconds", "`rounding` makes 6, 10 seconds")]
    [InlineData("model:'rounding', seconds:60", "400 invalid_seconds seconds", "6, 10")]
    [InlineData("model:'fixed', seconds:61", "400 invalid_seconds seconds", "1 to 60")]
    [InlineData("model:'omni', seconds:0", "400 invalid_seconds seconds", "1 to 60")]
    [InlineData("model:'omni', seconds:5.5", "400 invalid_seconds seconds", "whole number")]
    [InlineData("model:'kling-v1-6', mode:'extend', video_id:'kling', seconds:5", "400 unsupported_parameter seconds", "`kling-v1-6` | length of its own")]
    public Task Are_not_rounded_beyond_what_it_says(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Studio.Terms);

    [Fact]
    public Task That_follow_the_source_are_refused_by_a_strict_key() => Cases.RefusedAsync(
        "model:'omni', mode:'edit', seconds:7, video:<c.mp4>", "400 seconds_follow_source seconds", "as long as its source", Studio.Strict);
}
