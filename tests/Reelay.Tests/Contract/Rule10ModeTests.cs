using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 10: the mode, asked or inferred, in the order of the rule.</summary>
public sealed class Rule10ModeTests
{
    [Theory]
    // An explicit mode.
    [InlineData("model:'kling-v3', mode:'t2v'", "mode=t2v")]
    [InlineData("model:'kling-v3', mode:' I2V ', image:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3', mode:'i2v_first_last', image:PNG, end_image_url:JPG", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3-omni', mode:'reference_images', image:PNG", "mode=multi_i2v media=reference_image:png")]
    [InlineData("model:'kling-v3-omni', mode:'r2v', images:[PNG,JPG]", "mode=multi_i2v media=reference_image:png,reference_image:jpeg")]
    [InlineData("model:'kling-v3-omni', mode:'remix', video:<c.mp4>", "mode=edit media=source_video:c.mp4")]
    [InlineData("model:'gpt-image-2', mode:'i2i', image:PNG", "mode=edit media=reference_image:png")]
    [InlineData("model:'kling-v3', function_mode:'first_last_frames', images:[PNG,JPG]", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3', function_mode:'first_last_frame', image:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3-omni', function_mode:'omni_reference', images:[PNG,JPG]", "mode=multi_i2v media=reference_image:png,reference_image:jpeg")]
    [InlineData("model:'kling-v3-omni', generation_type:'reference', image:PNG", "mode=multi_i2v media=reference_image:png")]
    [InlineData("model:'kling-v3-omni', generation_type:'frame', image:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3', generationType:'FIRST_AND_LAST_FRAMES_2_VIDEO', images:[PNG,JPG]", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3', generation_type:'text-to-video'", "mode=t2v")]
    [InlineData("model:'kling-v3-omni', first_last_frame:true, reference_images:[PNG,JPG]", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3-omni', metadata:{first_last_frame:true}, reference_images:[PNG,JPG]",
        "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3-omni', first_last_frame:'true', image:PNG", "mode=i2v media=first_frame:png")]
    // A last frame.
    [InlineData("model:'kling-v3', image:PNG, image_tail:JPG", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3-omni', image_tail:JPG, reference_images:[PNG]", "mode=i2v_first_last media=last_frame:jpeg,first_frame:png")]
    // A video.
    [InlineData("model:'kling-v3-omni', video_url:<c.mp4>", "mode=edit media=source_video:c.mp4")]
    [InlineData("model:'kling-v3-omni', video_url:<c.mp4>, reference_images:[PNG]", "mode=edit media=source_video:c.mp4,reference_image:png")]
    [InlineData("model:'kling-v3-omni', metadata:{source_video_url:'https://example.com/c.mp4'}", "mode=edit media=source_video:c.mp4")]
    [InlineData("video:<c.mp4>", "mode=edit media=source_video:c.mp4")]
    // References, then pictures by their number.
    [InlineData("model:'kling-v3-omni', reference_images:[PNG]", "mode=multi_i2v media=reference_image:png")]
    [InlineData("model:'kling-v1-6', image_list:[{image:PNG},{image:JPG}]", "mode=multi_i2v media=reference_image:png,reference_image:jpeg")]
    [InlineData("model:'kling-v3', reference_images:[PNG]", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3', image_list:[PNG,JPG]", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3-omni', image_list:[{image_url:PNG, type:'first_frame'}]", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3-omni', image_list:[{image_url:PNG, type:'first_frame'}, {image_url:JPG, type:'end_frame'}]",
        "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("image:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3-omni', image:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v3-omni', image_urls:[PNG,JPG]", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'kling-v3-omni', images:[PNG,JPG,PNG]", "mode=multi_i2v media=reference_image:png,reference_image:jpeg,reference_image:png")]
    [InlineData("model:'kling-v3', image:PNG, image_url:JPG", "mode=i2v_first_last media=first_frame:png,last_frame:jpeg")]
    [InlineData("model:'gpt-image-2', image:PNG", "mode=edit media=reference_image:png")]
    [InlineData("model:'gpt-image-2', images:[PNG,JPG]", "mode=edit media=reference_image:png,reference_image:jpeg")]
    [InlineData("model:'gpt-image-2', reference_images:[PNG]", "mode=edit media=reference_image:png")]
    [InlineData("model:'gpt-image-2', image:PNG, mask:PNG", "mode=edit media=reference_image:png,mask:png")]
    // Text.
    [InlineData("", "mode=t2v")]
    [InlineData("model:'gpt-image-2'", "mode=t2i")]
    public Task Is_asked_for_or_inferred(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    // A name that has one mode binds it, however the files are named.
    [InlineData("model:'frames', image:PNG", "mode=i2v_first_last media=first_frame:png")]
    [InlineData("model:'frames', images:[PNG,PNG]", "mode=i2v_first_last media=first_frame:png,last_frame:png")]
    [InlineData("model:'frames', reference_images:[PNG,PNG]", "mode=i2v_first_last media=first_frame:png,last_frame:png")]
    [InlineData("model:'frames', first_frame_image:PNG, end_image_url:PNG", "mode=i2v_first_last media=first_frame:png,last_frame:png")]
    [InlineData("model:'starter', input_reference:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'editor', video_url:<c.mp4>", "mode=video-edit media=source_video:c.mp4")]
    [InlineData("model:'editor', video_url:<c.mp4>, images:[PNG,PNG]", "mode=video-edit media=source_video:c.mp4,reference_image:png,reference_image:png")]
    // Omni: a video is to be edited, pictures are references whatever their number, and frames only by request.
    [InlineData("model:'omni'", "mode=t2v")]
    [InlineData("model:'omni', video_url:<c.mp4>", "mode=edit media=source_video:c.mp4")]
    [InlineData("model:'omni', metadata:{source_video_url:'https://example.com/c.mp4'}", "mode=edit media=source_video:c.mp4")]
    [InlineData("model:'omni', mode:'edit', video_url:<c.mp4>, reference_images:[PNG]", "mode=edit media=source_video:c.mp4,reference_image:png")]
    [InlineData("model:'omni', mode:'r2v', image_urls:[PNG], duration:7", "mode=r2v seconds=8 media=reference_image:png")]
    [InlineData("model:'omni', image:PNG", "mode=r2v media=reference_image:png")]
    [InlineData("model:'omni', images:[PNG,PNG]", "mode=r2v media=reference_image:png,reference_image:png")]
    [InlineData("model:'omni', content:[{type:'text',text:'x'},{type:'image_url',image_url:{url:PNG}}]", "mode=r2v media=reference_image:png")]
    [InlineData("model:'omni', reference_images:[PNG,PNG], metadata:{first_last_frame:true}", "mode=i2v_first_last media=first_frame:png,last_frame:png")]
    [InlineData("model:'omni', reference_images:[PNG], metadata:{first_last_frame:true}", "mode=i2v_first_last media=first_frame:png")]
    [InlineData("model:'omni', first_frame_image:PNG", "mode=i2v_first_last media=first_frame:png")]
    // Reference material: where the catalog lists videos or sounds.
    [InlineData("model:'material', mode:'reference_material', image_urls:[PNG], video_urls:[<c.mp4>]",
        "mode=reference_material media=reference_image:png,reference_video:c.mp4")]
    [InlineData("model:'material', video_urls:[<c.mp4>]", "mode=reference_material media=reference_video:c.mp4")]
    [InlineData("model:'material', audio_urls:[<a.mp3>], image:PNG", "mode=reference_material media=reference_audio:a.mp3,reference_image:png")]
    [InlineData("model:'material', content:[{type:'text',text:'x'},{type:'audio_url',audio_url:{url:MP3},role:'reference_audio'}]",
        "mode=reference_material media=reference_audio:mpeg")]
    [InlineData("model:'material', content:[{type:'text',text:'x'},{type:'video_url',video_url:{url:MP4},role:'reference_video'}]",
        "mode=reference_material media=reference_video:mp4")]
    [InlineData("model:'material', content:[{type:'text',text:'x'},{type:'image_url',image_url:{url:PNG},role:'reference_image'}]",
        "mode=reference_material media=reference_image:png")]
    [InlineData("model:'material', reference_images:[PNG]", "mode=reference_material media=reference_image:png")]
    [InlineData("model:'material', image:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("model:'material', images:[PNG,PNG]", "mode=i2v_first_last media=first_frame:png,last_frame:png")]
    [InlineData("model:'material', images:[PNG,PNG,PNG]", "mode=reference_material media=reference_image:png,reference_image:png,reference_image:png")]
    public Task Follows_the_catalog(string request, string stored) => Cases.StoredAsync(request, stored, Studio.Terms);

    [Theory]
    [InlineData("mode:'nonsense'", "400 unsupported_parameter mode", "`nonsense` | t2v, i2v, edit, extend")]
    [InlineData("mode:'multi_i2v', image:PNG", "400 unsupported_parameter mode", "`multi_i2v` | `kling-v1-6` | `kling-v3-omni`")]
    [InlineData("mode:'i2v'", "400 input_reference_required input_reference", "`i2v` | `sora-2`")]
    [InlineData("mode:'edit'", "400 input_reference_required video", "`edit` | `sora-2`")]
    [InlineData("model:'kling-v3', mode:'i2v_first_last', image:PNG", "400 input_reference_required end_image_url", "`kling-v3`")]
    [InlineData("model:'gpt-image-2', mode:'edit'", "400 input_reference_required reference_images", "`gpt-image-2`")]
    [InlineData("model:'gpt-image-2', mask:PNG", "400 input_reference_required reference_images", "`gpt-image-2`")]
    [InlineData("mode:'t2v', image:PNG", "400 conflicting_parameters image", "`t2v` | `sora-2` | takes no")]
    [InlineData("model:'kling-v3', mode:'i2v', function_mode:'first_last_frames', images:[PNG,JPG]", "400 conflicting_parameters function_mode", "`mode`")]
    [InlineData("function_mode:'sideways'", "400 invalid_mode function_mode", "`sideways` | omni_reference")]
    [InlineData("generation_type:'reference', image:PNG", "400 unsupported_parameter generation_type", "`reference` | `sora-2`")]
    [InlineData("reference_images:[PNG,JPG]", "400 too_many_references reference_images[1]", "`sora-2` takes at most 1 first frame")]
    [InlineData("video_urls:[<a.mp4>,<b.mp4>]", "400 too_many_references video_urls[1]", "at most 1 source video")]
    [InlineData("audio_urls:[<a.mp3>]", "400 unsupported_parameter audio_urls[0]", "`sora-2` | t2v, i2v, edit, extend")]
    [InlineData("model:'kling-v2-6', video_url:<c.mp4>", "400 unsupported_parameter video_url", "`kling-v2-6` | t2v, i2v, i2v_first_last")]
    [InlineData("model:'gpt-image-2', video_url:<c.mp4>", "400 conflicting_parameters video_url", "`gpt-image-2` | reference video")]
    public Task Is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Orders.Terms);

    [Theory]
    [InlineData("model:'frames'", "400 input_reference_required input_reference", "`i2v_first_last` | `frames`")]
    [InlineData("model:'frames', mode:'t2v'", "400 unsupported_parameter mode", "`frames` | i2v_first_last")]
    [InlineData("model:'frames', images:[PNG,PNG,PNG]", "400 too_many_references images[2]", "`frames` takes at most 1 first frame")]
    [InlineData("model:'editor'", "400 input_reference_required video", "`video-edit` | `editor`")]
    [InlineData("model:'starter', prompt:''", "400 input_reference_required input_reference", "`starter`")]
    [InlineData("model:'omni', mode:'r2v'", "400 input_reference_required reference_images", "`r2v` | `omni`")]
    [InlineData("model:'omni', mode:'r2v', images:[PNG,PNG,PNG,PNG,PNG,PNG,PNG,PNG]", "400 too_many_references images[7]", "at most 7 reference images | has 8")]
    [InlineData("model:'omni', audio_urls:[MP3]", "400 unsupported_parameter audio_urls[0]", "`omni` | t2v, r2v, i2v_first_last, edit")]
    [InlineData("model:'material', video_urls:[MP4,MP4,MP4,MP4]", "400 too_many_references video_urls[3]", "at most 3 reference videos")]
    public Task Is_refused_by_a_name_that_binds_it(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Studio.Terms);
}
