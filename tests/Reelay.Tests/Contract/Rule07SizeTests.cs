using Reelay.Server.Assets.Probing;
using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 7: size, ratio and tier in all their spellings.</summary>
public sealed class Rule07SizeTests
{
    [Theory]
    [InlineData("", "720x1280", "720x1280 720p")]
    [InlineData("size:''", "720x1280", "720x1280 720p")]
    [InlineData("size:'1280x720'", "1280x720", "1280x720 720p")]
    [InlineData("size:'1280X720'", "1280X720", "1280x720 720p")]
    [InlineData("size:'1280*720'", "1280*720", "1280x720 720p")]
    [InlineData("size:'1280:720'", "1280:720", "1280x720 720p")]
    [InlineData("size:'16:9'", "16:9", "1280x720 720p")]
    [InlineData("size:'9:16'", "9:16", "720x1280 720p")]
    [InlineData("size:'720p'", "720p", "1280x720 720p")]
    [InlineData("size:'auto'", "auto", "720x1280 720p")]
    [InlineData("size:'704x1280'", "704x1280", "720x1280 720p")]
    [InlineData("size:'1248x704'", "1248x704", "1280x720 720p")]
    [InlineData("width:1280, height:720", "1280x720", "1280x720 720p")]
    [InlineData("width:'1280', height:720.0", "1280x720", "1280x720 720p")]
    [InlineData("width:1280, height:720, size:'1280*720'", "1280*720", "1280x720 720p")]
    [InlineData("tier:'720P'", "1280x720", "1280x720 720p")]
    [InlineData("resolution:'720p', tier:'720p'", "1280x720", "1280x720 720p")]
    [InlineData("resolution:'1280x720'", "1280x720", "1280x720 720p")]
    [InlineData("aspect_ratio:'16:9'", "1280x720", "1280x720 720p")]
    [InlineData("ratio:'9:16', resolution:'720P'", "720x1280", "720x1280 720p")]
    [InlineData("aspect_ratio:'auto'", "720x1280", "720x1280 720p")]
    [InlineData("size:'auto', aspect_ratio:'16:9'", "auto", "1280x720 720p")]
    [InlineData("size:'1280x720', tier:'720p', aspect_ratio:'16:9'", "1280x720", "1280x720 720p")]
    [InlineData("quality:'720p'", "1280x720", "1280x720 720p")]
    [InlineData("model:'sora-2-pro', size:'1024x1792'", "1024x1792", "1024x1792 1024p")]
    [InlineData("model:'sora-2-pro', size:'1080x1920'", "1080x1920", "1080x1920 1080p")]
    [InlineData("model:'sora-2-pro', size:'1920x1088'", "1920x1088", "1920x1080 1080p")]
    [InlineData("model:'sora-2-pro', size:'1280x720', tier:'1080p'", "1280x720", "1920x1080 1080p")]
    [InlineData("model:'sora-2-pro', size:'1080x1920', tier:'720p'", "1080x1920", "720x1280 720p")]
    [InlineData("model:'sora-2-pro', size:'9:16', quality:'1080p'", "9:16", "1080x1920 1080p")]
    [InlineData("model:'sora-2-pro', quality:'1080p'", "1920x1080", "1920x1080 1080p")]
    [InlineData("model:'sora-2-pro', tier:'1024p'", "1792x1024", "1792x1024 1024p")]
    [InlineData("model:'lab', size:'4:3'", "4:3", "960x720 720p")]
    [InlineData("model:'kling-v3'", "1280x720", "1280x720 720p")]
    [InlineData("model:'kling-v3', aspect_ratio:'1:1'", "960x960", "960x960 720p")]
    [InlineData("model:'kling-v3', size:'1080p', aspect_ratio:'9:16'", "1080p", "1080x1920 1080p")]
    [InlineData("model:'kling-v3', quality:'4k'", "3840x2160", "3840x2160 4k")]
    [InlineData("model:'kling-v2-1-master'", "1920x1080", "1920x1080 1080p")]
    [InlineData("model:'gpt-image-2'", "1024x1024", "1024x1024 1k")]
    [InlineData("model:'gpt-image-2', tier:'2k'", "2048x2048", "2048x2048 2k")]
    [InlineData("model:'gpt-image-2', quality:'4K'", "2880x2880", "2880x2880 4k")]
    [InlineData("model:'gpt-image-2', size:'1024x1024', tier:'2k'", "1024x1024", "2048x2048 2k")]
    [InlineData("model:'gpt-image-2', size:'16:9', resolution:'4k'", "16:9", "3840x2160 4k")]
    [InlineData("model:'gpt-image-2', size:'21:9'", "21:9", "2016x864 1k")]
    [InlineData("model:'gpt-image-2', size:'1536x1024'", "1536x1024", "1536x1024 1k")]
    [InlineData("model:'gpt-image-2', size:'1600x1200'", "1600x1200", "1600x1200 2k")]
    [InlineData("model:'gpt-image-2', size:'auto'", "auto", "- 1k")]
    [InlineData("model:'wan'", "1280x720", "1280x720 720p")]
    [InlineData("model:'wan', size:'832x480'", "832x480", "832x480 480p")]
    [InlineData("model:'wan', size:'4096x4096'", "4096x4096", "4096x4096 4096p")]
    [InlineData("model:'wan', size:'1920x1080'", "1920x1080", "1920x1080 1080p")]
    [InlineData("model:'wan', size:'480p'", "480p", "854x480 480p")]
    [InlineData("model:'wan', size:'2k'", "2k", "2560x1440 2k")]
    [InlineData("model:'wan', size:'9:16', tier:'1080p'", "9:16", "1080x1920 1080p")]
    [InlineData("model:'wan', aspect_ratio:'1:1'", "720x720", "720x720 720p")]
    public async Task Size_ratio_and_tier_give_pixels_and_what_was_asked_is_echoed(string request, string echo, string made)
    {
        var order = Cases.Accepted(await Orders.ReadAsync(Cases.Json(request)));
        Assert.Equal(echo, order.SizeEcho);
        Assert.Equal(made, $"{(order.WidthPixels > 0 ? $"{order.WidthPixels}x{order.HeightPixels}" : "-")} {order.Tier}");
        Assert.Empty(order.Warnings);
    }

    [Theory]
    [InlineData("size:'1024x1792'", "size", "`size` = `1024x1792` | `sora-2` makes 720x1280, 1280x720 | `sora-2-pro`")]
    [InlineData("size:'1920x1080'", "size", "720x1280, 1280x720 (tiers 720p) | `sora-2-pro`")]
    [InlineData("size:'512x512'", "size", "`512x512` | 720x1280, 1280x720")]
    [InlineData("width:512, height:512", "width", "`512x512` | 720x1280, 1280x720")]
    [InlineData("size:'1:1'", "size", "`1:1`")]
    [InlineData("size:'1080p'", "size", "`1080p` | tiers 720p | `sora-2-pro`")]
    [InlineData("size:'2k'", "size", "`2k` | tiers 720p")]
    [InlineData("tier:'1080p'", "tier", "`1080p` | tiers 720p | `sora-2-pro`")]
    [InlineData("resolution:'4k'", "resolution", "`4k` | `kling-v3`")]
    [InlineData("quality:'480p'", "quality", "`480p` | tiers 720p")]
    [InlineData("size:'1280x720', tier:'1080p'", "size", "1280x720, 1080p | tiers 720p")]
    [InlineData("aspect_ratio:'4:3'", "aspect_ratio", "720x1280, 1280x720")]
    [InlineData("size:'683x1280'", "size", "720x1280")]
    [InlineData("size:'large'", "size", "WxH")]
    [InlineData("size:'16x9'", "size", "`16x9`")]
    [InlineData("size:'0x720'", "size", "WxH")]
    [InlineData("size:'-1x720'", "size", "WxH")]
    [InlineData("size:'1280x'", "size", "WxH")]
    [InlineData("size:'1280x720x2'", "size", "WxH")]
    [InlineData("size:'999999x999999'", "size", "WxH")]
    [InlineData("aspect_ratio:'wide'", "aspect_ratio", "16:9")]
    [InlineData("aspect_ratio:'16:0'", "aspect_ratio", "16:9")]
    [InlineData("tier:'ultra'", "tier", "720p")]
    [InlineData("size:'auto', tier:'720p'", "size", "`auto` | `tier`")]
    [InlineData("model:'gpt-image-2', size:'auto', quality:'2k'", "size", "`auto` | `quality`")]
    [InlineData("width:1280", "width", "`width` with `height`")]
    [InlineData("height:720", "height", "`width` with `height`")]
    [InlineData("width:12.5, height:720", "width", "`12.5` | pixels")]
    [InlineData("width:'wide', height:720", "width", "`wide` | pixels")]
    [InlineData("width:-1, height:720", "width", "`-1` | pixels")]
    [InlineData("model:'sora-2-pro', size:'1:1', tier:'1080p'", "tier", "tiers 720p, 1024p, 1080p")]
    [InlineData("model:'kling-v2-5-turbo', tier:'4k'", "tier", "tiers 720p, 1080p | `kling-v3`")]
    [InlineData("model:'kling-v2-6', quality:'1080p', mode:'std'", "quality", "1080p | tiers 720p | quality pro")]
    [InlineData("model:'gpt-image-2', size:'4:1'", "size", "`4:1` | at most 3:1")]
    [InlineData("model:'gpt-image-2', size:'1025x1024', tier:'8k'", "size", "1025x1024, 8k | tiers 1k, 2k, 4k")]
    [InlineData("model:'wan', size:'1281x720'", "size", "in steps of 2")]
    [InlineData("model:'wan', size:'4098x720'", "size", "64 to 4096 pixels a side")]
    [InlineData("model:'wan', size:'32x32'", "size", "64 to 4096 pixels a side")]
    [InlineData("model:'wan', size:'8k'", "size", "64 to 4096 pixels a side")]
    public Task A_size_that_the_model_does_not_make_is_refused_with_its_own(string request, string param, string says) =>
        Cases.RefusedAsync(request, $"400 invalid_size {param}", says);

    [Theory]
    [InlineData("size:'1280x720', width:720, height:1280", "width", "`size`")]
    [InlineData("size:'1280x720', aspect_ratio:'9:16'", "aspect_ratio", "`size`")]
    [InlineData("size:'16:9', ratio:'9:16'", "ratio", "`size`")]
    [InlineData("size:'720p', tier:'1080p'", "tier", "`size`")]
    [InlineData("tier:'720p', resolution:'1080p'", "resolution", "`tier`")]
    [InlineData("tier:'720p', quality:'1080p'", "quality", "`tier`")]
    public Task Parts_that_contradict_each_other_conflict(string request, string param, string says) =>
        Cases.RefusedAsync(request, $"400 conflicting_parameters {param}", says);

    [Theory]
    [InlineData("size:720", "size")]
    [InlineData("size:[1280,720]", "size")]
    [InlineData("size:{width:1}", "size")]
    [InlineData("aspect_ratio:{a:1}", "aspect_ratio")]
    [InlineData("tier:720", "tier")]
    [InlineData("quality:1", "quality")]
    public Task A_size_of_another_type_is_refused(string request, string param) => Cases.RefusedAsync(request, $"400 invalid_type {param}", "text");

    [Theory]
    [InlineData("image:<a.png>", "size=- tier=720p echo=5/1280x720 media=first_frame:a.png")]
    [InlineData("image:<a.png>, tier:'1080p'", "size=- tier=1080p media=first_frame:a.png")]
    [InlineData("image:<a.png>, size:'1080x1920'", "size=- tier=1080p echo=5/1080x1920 media=first_frame:a.png warn=size:aspect_ratio_follows_image")]
    [InlineData("image:<a.png>, aspect_ratio:'9:16'", "size=- tier=720p media=first_frame:a.png warn=aspect_ratio:aspect_ratio_follows_image")]
    [InlineData("image:<a.png>, metadata:{ratio:'9:16'}", "tier=720p media=first_frame:a.png warn=metadata.ratio:aspect_ratio_follows_image")]
    [InlineData("image:<a.png>, width:720, height:1280", "tier=720p media=first_frame:a.png warn=width:aspect_ratio_follows_image")]
    [InlineData("image:PNG, size:'1280x720'", "size=- tier=720p echo=5/1280x720 media=first_frame:png")]
    [InlineData("image:PNG, size:'1920x1080'", "size=- tier=1080p media=first_frame:png")]
    [InlineData("image:PNG, size:'720x1280'", "size=- tier=720p media=first_frame:png warn=size:aspect_ratio_follows_image")]
    public Task Where_the_first_frame_decides_the_ratio_a_size_chooses_the_tier(string request, string stored) =>
        Cases.StoredAsync("model:'starter'," + request, stored, Studio.Terms with { Library = new OwnThings { Facts = Picture(1280, 720) } });

    [Fact]
    public Task A_strict_key_refuses_a_ratio_that_the_picture_has_not() => Cases.RefusedAsync(
        "model:'starter', image:PNG, size:'720x1280'", "400 aspect_ratio_follows_image size", "first frame | This key refuses",
        Studio.Terms with { IsStrict = true, Library = new OwnThings { Facts = Picture(1280, 720) } });

    [Theory]
    [InlineData("model:'starter', image:PNG, size:'4k'", "400 invalid_size size", "`4k` | tiers 720p, 1080p")]
    public Task But_only_one_that_is_there(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Studio.Terms);

    [Theory]
    [InlineData("mode:'edit', video_id:'sora', size:'1280x720'", "mode=edit size=- tier=- media=source_video:mp4 source=sora warn=size:size_follows_source")]
    [InlineData("mode:'extend', video_id:'sora', tier:'720p'", "mode=extend size=- tier=- media=source_video:mp4 source=sora warn=tier:size_follows_source")]
    public Task Where_the_source_decides_everything_a_size_is_a_warning(string request, string stored) => Cases.StoredAsync(request, stored, Cases.Own);

    private static MediaFacts Picture(int width, int height) => new("image/png", width, height, null, null, null);
}
