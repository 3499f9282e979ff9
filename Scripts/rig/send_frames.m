% Sends frames to `ganglion follow frames --framed` through a FIFO that was made once by
% `mkfifo frames`; needs MATLAB alone. Open it when the program runs, and send once a frame:
%
%   pipe = fopen('frames', 'w');
%   send_frames(pipe, values, number, seconds)   % number from 0, NaN where a value is missing
%
function send_frames(pipe, values, number, seconds)
    fwrite(pipe, 'GNGF', 'uint8');
    fwrite(pipe, numel(values), 'uint32', 0, 'ieee-le');
    fwrite(pipe, number, 'uint64', 0, 'ieee-le');
    fwrite(pipe, seconds, 'double', 0, 'ieee-le');
    fwrite(pipe, values, 'single', 0, 'ieee-le');
end
