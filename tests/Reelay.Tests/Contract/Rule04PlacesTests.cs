using Reelay.Tests.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Contract;

/// <summary>Rule 4: every parameter at top level, in metadata, parameters and extra_body; equal values are fine, different ones conflict.</summary>
public sealed class Rule04PlacesTests
{
    [Theory]
    [InlineData("parameters:{seconds:8, size:'1280x720'}", "seconds=8 size=1280x720")]
    [InlineData("extra_body:{duration:8, width:1280, height:720}", "seconds=8 size=1280x720")]
    [InlineData("metadata:{seconds:'8', ratio:'16:9'}", "seconds=8 size=1280x720")]
    [InlineData("extra_body:{metadata:{seconds:8}}", "seconds=8 metadata={\"seconds\":8}")]
    [InlineData("seconds:8, duration:8.0, parameters:{durationSeconds:'8s'}, metadata:{seconds:'8.0'}", "seconds=8")]
    [InlineData("size:'1280x720', metadata:{size:'1280x720'}", "size=1280x720")]
    [InlineData("size:'1280x720', metadata:{size:'1280*720'}", "size=1280x720 echo=4/1280x720")]
    [InlineData("aspect_ratio:'16:9', extra_body:{ratio:'16x9'}", "size=1280x720")]
    [InlineData("tier:'720p', extra_body:{resolution:'720P'}", "tier=720p")]
    [InlineData("n:1, extra_body:{n:'1'}", "n=1")]
    [InlineData("audio:true, metadata:{sound:'on'}", "audio=on")]
    [InlineData("model:'lab', seconds:5, seed:7, extra_body:{seed:'7'}", "extras={\"seed\":7}")]
    [InlineData("image:PNG, metadata:{image:[PNG]}", "mode=i2v media=first_frame:png")]
    [InlineData("image:PNG, metadata:{input_reference:PNG}", "mode=i2v media=first_frame:png")]
    [InlineData("metadata:{image_url:PNG}", "mode=i2v media=first_frame:png")]
    [InlineData("parameters:{seed:7}", "warn=parameters.seed:unsupported_parameter")]
    [InlineData("extra_body:{mine:1}", "warn=extra_body.mine:unknown_parameter")]
    [InlineData("metadata:{mine:1, url:'u', b:[true,null,'x'], c:{d:1.50}}", "metadata={\"mine\":1,\"url\":\"u\",\"b\":[true,null,\"x\"],\"c\":{\"d\":1.50}}")]
    [InlineData("metadata:{a:12345678901234567890123}", "metadata={\"a\":12345678901234567890123}")]
    [InlineData("metadata:{a:1, a:1}", "metadata={\"a\":1}")]
    [InlineData("metadata:{a:1}, extra_body:{metadata:{a:1}}", "metadata={\"a\":1}")]
    [InlineData("metadata:null", "metadata=-")]
    [InlineData("metadata:''", "metadata=-")]
    [InlineData("parameters:{}, extra_body:null", "mode=t2v")]
    public Task Are_read(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    [InlineData("seconds:4, extra_body:{seconds:8}", "400 conflicting_parameters extra_body.seconds", "`seconds`")]
    [InlineData("seconds:4, duration:8", "400 conflicting_parameters duration", "`seconds`")]
    [InlineData("size:'1280x720', metadata:{size:'720x1280'}", "400 conflicting_parameters metadata.size", "`size`")]
    [InlineData("aspect_ratio:'16:9', parameters:{ratio:'9:16'}", "400 conflicting_parameters parameters.ratio", "`aspect_ratio`")]
    [InlineData("audio:true, metadata:{sound:'off'}", "400 conflicting_parameters metadata.sound", "`audio`")]
    [InlineData("n:1, extra_body:{n:2}", "400 conflicting_parameters extra_body.n", "`n`")]
    [InlineData("user:'a', metadata:{user:'b'}", "400 conflicting_parameters metadata.user", "`user`")]
    [InlineData("external_task_id:'a', metadata:{external_task_id:'b'}", "400 conflicting_parameters metadata.external_task_id", "`external_task_id`")]
    [InlineData("model:'sora-2', extra_body:{model:'sora-2-pro'}", "400 conflicting_parameters extra_body.model", "`model`")]
    [InlineData("seed:7, metadata:{seed:8}", "400 conflicting_parameters metadata.seed", "`seed`")]
    [InlineData("fps:24, frame_rate:30", "400 conflicting_parameters frame_rate", "`fps`")]
    [InlineData("model:'lab', seconds:5, fps:24, frame_rate:30", "400 conflicting_parameters frame_rate", "`fps`")]
    [InlineData("model:'lab', seconds:5, frame_rate:24, metadata:{fps:30}", "400 conflicting_parameters metadata.fps", "`frame_rate`")]
    [InlineData("metadata:{model:'sora-2'}", "400 unsupported_parameter metadata.model", "`sora-2` | top level")]
    [InlineData("extra_body:{metadata:{model:'sora-2'}}", "400 unsupported_parameter extra_body.metadata.model", "top level")]
    [InlineData("metadata:{a:1}, extra_body:{metadata:{a:2}}", "400 conflicting_parameters extra_body.metadata", "`metadata`")]
    [InlineData("image:PNG, metadata:{image:JPG}", "400 conflicting_parameters metadata.image", "`image`")]
    [InlineData("parameters:{image_urls:['https://example.com/a.png']}, metadata:{image_urls:['https://example.com/b.png']}", "400 conflicting_parameters metadata.image_urls", "`parameters.image_urls`")]
    [InlineData("metadata:7", "400 invalid_type metadata", "an object")]
    [InlineData("metadata:[1]", "400 invalid_type metadata", "an object")]
    [InlineData("metadata:'text'", "400 invalid_type metadata", "an object")]
    [InlineData("parameters:'text'", "400 invalid_type parameters", "an object")]
    [InlineData("extra_body:[1]", "400 invalid_type extra_body", "an object")]
    public Task Conflict(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Theory]
    [InlineData("seconds:4, extra_body:{seconds:8}", "seconds=4")]
    [InlineData("extra_body:{seconds:8}, seconds:4", "seconds=4")]
    [InlineData("metadata:{durationSeconds:12}, duration:8", "seconds=8")]
    [InlineData("duration:8, seconds:4", "seconds=4")]
    [InlineData("metadata:{size:'720x1280'}, size:'1280x720'", "size=1280x720")]
    [InlineData("metadata:{aspect_ratio:'9:16'}, aspect_ratio:'16:9'", "size=1280x720")]
    [InlineData("model:'sora-2-pro', metadata:{tier:'720p'}, tier:'1080p'", "tier=1080p")]
    [InlineData("model:'kling-v2-6', metadata:{quality:'std'}, quality:'pro'", "quality=pro")]
    [InlineData("model:'kling-v2-6', mode:'pro', metadata:{mode:'std'}", "quality=pro")]
    [InlineData("model:'kling-v2-6', metadata:{mode:'i2v'}, mode:'t2v'", "mode=t2v")]
    [InlineData("metadata:{sound:'off'}, audio:true", "audio=on")]
    [InlineData("model:'lab', seconds:5, metadata:{seed:8}, seed:7", "extras={\"seed\":7}")]
    [InlineData("model:'lab', seconds:5, seed:7, metadata:{seed:8}", "extras={\"seed\":7}")]
    [InlineData("prompt:'x', extra_body:{prompt:'y'}", "prompt=x")]
    [InlineData("metadata:{a:1}, extra_body:{metadata:{a:2}}", "metadata={\"a\":1}")]
    [InlineData("extra_body:{metadata:{a:2}}, metadata:{a:1}", "metadata={\"a\":1}")]
    [InlineData("image:PNG, metadata:{image:JPG}", "media=first_frame:png")]
    public Task A_lenient_key_takes_the_top_level(string request, string stored) =>
        Cases.StoredAsync(request, stored, Orders.Terms with { IsLenient = true });

    [Theory]
    [InlineData(65_000, null)]
    [InlineData(65_537, "400 metadata_too_large metadata")]
    public async Task Metadata_has_at_most_64_KiB(int length, string? refusal)
    {
        var result = await Orders.ReadAsync(Cases.Json($"metadata:{{a:'{new string('a', length)}'}}"));
        Assert.Equal(refusal, result.Error is { } error ? $"{error.Status} {error.Code} {error.Param}" : null);
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("seconds")]
    [InlineData("seed")]
    [InlineData("unknown")]
    [InlineData("metadata")]
    public async Task A_form_field_sent_twice_with_different_values_conflicts(string name)
    {
        var body = Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.Part(name, "1"), Bodies.Part(name, "2"));
        Cases.AssertRefused($"400 conflicting_parameters {name}", "more than once", Cases.Refused(await Orders.ReadAsync(Bodies.Multipart, body)));
    }
}
