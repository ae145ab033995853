namespace Reelay.Tests.Contract;

/// <summary>Rule 13: <c>audio</c> is one parameter under four names; its default is catalog data and always sent.</summary>
public sealed class Rule13AudioTests
{
    [Theory]
    [InlineData("", "audio=on")]
    [InlineData("audio:true", "audio=on")]
    [InlineData("sound:'on'", "audio=on")]
    [InlineData("generate_audio:'true'", "audio=on")]
    [InlineData("model:'kling-v2-6'", "audio=off quality=std")]
    [InlineData("model:'kling-v2-6', sound:'off'", "audio=off quality=std")]
    [InlineData("model:'kling-v2-6', sound:'on'", "audio=on quality=pro price=$0.7")]
    [InlineData("model:'kling-v2-6', mode:'pro'", "audio=off quality=pro price=$0.35")]
    [InlineData("model:'kling-v2-6', mode:'pro', audio:true", "audio=on quality=pro price=$0.7")]
    [InlineData("model:'kling-v3'", "audio=off price=$0.336")]
    [InlineData("model:'kling-v3', audio:'ON'", "audio=on price=$0.504")]
    [InlineData("model:'kling-v3-omni', generate_audio:true", "audio=on price=$0.448")]
    [InlineData("model:'kling-v3-omni', mode:'edit', video:<c.mp4>", "audio=off media=source_video:c.mp4")]
    [InlineData("model:'kling-v2-5-turbo', audio:false", "audio=off")]
    [InlineData("model:'gpt-image-2', audio:'no'", "audio=off")]
    [InlineData("model:'gpt-image-2'", "audio=-")]
    [InlineData("model:'wan'", "audio=-")]
    [InlineData("audio:null", "audio=on")]
    public Task Is_stored_as_on_or_off(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    [InlineData("audio:false", "400 unsupported_parameter audio", "`off` | `sora-2` | always have sound | allowed: on")]
    [InlineData("model:'kling-v2-5-turbo', sound:'on'", "400 unsupported_parameter sound", "`on` | `kling-v2-5-turbo` | no sound | `kling-v2-6` | `kling-v3`")]
    [InlineData("model:'kling-v2-6', mode:'std', sound:'on'", "400 unsupported_parameter sound", "`on` | `kling-v2-6` | quality pro | `kling-v3`")]
    [InlineData("model:'kling-v2-6', image:PNG, image_tail:JPG, sound:'on'", "400 unsupported_parameter sound", "`on` | `kling-v2-6` | `kling-v3`")]
    [InlineData("model:'gpt-image-2', audio:true", "400 unsupported_parameter audio", "`on` | `gpt-image-2`")]
    [InlineData("model:'wan', audio:true", "400 unsupported_parameter audio", "`on` | `wan` | does not let callers choose")]
    [InlineData("audio:'loud'", "400 invalid_type audio", "`loud` | on or off")]
    [InlineData("generateAudio:1", "400 invalid_type generateAudio", "`1` | on or off")]
    [InlineData("audio:2", "400 invalid_type audio", "`2` | on or off")]
    [InlineData("audio:true, sound:'off'", "400 conflicting_parameters sound", "`audio`")]
    public Task Is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);
}
